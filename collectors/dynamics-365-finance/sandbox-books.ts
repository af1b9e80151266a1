import { LosslessNumber } from "lossless-json";
import type { World } from "../sandbox.ts";
import { playedLedger } from "../sandbox-ledger.ts";
import type { Settings } from "./settings.ts";

/** An account's RecId; 64-bit, so that it is lost where numbers are read as floating point. */
function recIdOf(account: string): string {
  return `90071992547${account}`;
}

/** The aggregate of the ledger, one row for each account and period (on its first day). Written digit for digit. */
export function activityRows(world: World, system: string, { ledger }: Settings, filter: string): object[] {
  const ids = [...filter.matchAll(/Ledger eq (\d+)/g)].map(([, id]) => id!);
  const [from = "", to = ""] = [...filter.matchAll(/LedgerGregorianDateId [gl]e '([^']*)'/g)].map(([, day]) => day!);
  return ids.flatMap((id) =>
    world.periods().flatMap(({ period }) => {
      const day = ledger?.dayKey === "20261031" ? `${period.replace("-", "")}01` : `${period}-01`;
      const held =
        day >= from && day <= to && playedLedger(world, system, ledger?.ledgers[id] ?? "", period, ledger?.dataset);
      return (held ? held.accounts : []).map(({ account, net }) => ({
        LedgerDimension: exact(`5637${account}`),
        MainAccountRecId: exact(recIdOf(account)),
        Ledger: exact(id),
        PostingLayer: "Current",
        LedgerGregorianDateId: day,
        AccountingCurrencyAmount: exact(net),
      }));
    }),
  );
}

/** The chart of accounts, as far as anything is posted to it. */
export function accountRows(world: World, system: string, { ledger }: Settings): object[] {
  const accounts = world.entities.flatMap(({ id }) =>
    world.periods().flatMap(({ period }) => playedLedger(world, system, id, period, ledger?.dataset)?.accounts ?? []),
  );
  return [...new Set(accounts.map(({ account }) => account))].sort().map((account) => ({
    MainAccountRecId: exact(recIdOf(account)),
    MainAccountId: account,
  }));
}

/** A number that is written digit for digit. */
function exact(digits: string): LosslessNumber {
  return new LosslessNumber(digits);
}
