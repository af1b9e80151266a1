import type { World } from "../sandbox.ts";
import type { Ledger } from "./settings.ts";

/** The demo estate's id of the ledger. */
const DATASET = "s4-ledger";

/** Totals by company code, period and account for the columns selected; null for a filter this service does not understand. */
export function ledgerRows(world: World, ledger: Ledger, filter: string, select: string): object[] | null {
  const values = (field: string) =>
    [...filter.matchAll(new RegExp(`${field} eq '([^']*)'`, "g"))].map(([, value]) => value!);
  const range = /GLAccount ge '([^']*)' and GLAccount le '([^']*)'/.exec(filter);
  const periods = values("FiscalYearPeriod");
  if (values("Ledger")[0] !== ledger.ledger || periods.length === 0 || !range) return null;
  const columns = new Set(select.split(","));
  const { sides } = ledger;
  const rows: object[] = [];
  for (const CompanyCode of values("CompanyCode")) {
    for (const FiscalYearPeriod of periods) {
      const held = world.totals(DATASET, CompanyCode, `${FiscalYearPeriod.slice(0, 4)}-${FiscalYearPeriod.slice(5)}`);
      for (const { account, count, debit, credit, net } of held?.accounts ?? []) {
        if (account < range[1]! || account > range[2]!) continue;
        const all: Record<string, string> = {
          CompanyCode,
          FiscalYearPeriod,
          GLAccount: account,
          [ledger.currency]: held!.currency,
          [ledger.amount]: net,
        };
        if (sides.by === "columns") {
          all[sides.debit] = debit;
          all[sides.credit] = sides.creditsAre === "negative" && /[1-9]/.test(credit) ? `-${credit}` : credit;
          if (sides.count) all[sides.count] = String(count);
        }
        rows.push(Object.fromEntries(Object.entries(all).filter(([name]) => columns.has(name))));
      }
    }
  }
  return rows;
}
