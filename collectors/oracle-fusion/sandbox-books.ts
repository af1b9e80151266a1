import { LosslessNumber } from "lossless-json";
import { monthName } from "../period-name.ts";
import type { World } from "../sandbox.ts";
import { playedLedger } from "../sandbox-ledger.ts";
import type { Settings } from "./settings.ts";

/** Balances a finder asks for; null when one of its variables is missing. */
export function balanceItems(world: World, system: string, { ledger }: Settings, finder: string): object[] | null {
  const [name, variables = ""] = finder.split(";");
  const given = new Map(variables.split(",").map((pair) => pair.split("=") as [string, string]));
  const needed = ["accountCombination", "mode", "accountingPeriod", "currency", "ledgerName"];
  if (name !== "AccountBalanceFinder" || needed.some((variable) => !given.get(variable))) return null;
  const [entity, book] =
    Object.entries(ledger?.entities ?? {}).find(([, each]) => each.combination === given.get("accountCombination")) ??
    [];
  const period = world.periods().find((each) => monthName(each.period) === given.get("accountingPeriod"));
  if (!entity || book?.ledgerName !== given.get("ledgerName") || !period) return [];
  const held = playedLedger(world, system, entity, period.period, ledger?.dataset);
  return (held?.accounts ?? []).map(({ account, net }) => {
    const segments = book!.combination.split("-");
    segments[(ledger?.accountSegment ?? 1) - 1] = account;
    return {
      LedgerName: book!.ledgerName,
      PeriodName: given.get("accountingPeriod"),
      Currency: book!.currency,
      DetailAccountCombination: segments.map((segment) => (segment === "%" ? "000" : segment)).join("-"),
      BeginningBalance: new LosslessNumber("0"),
      PeriodActivity: new LosslessNumber(net),
      EndingBalance: new LosslessNumber(net),
    };
  });
}
