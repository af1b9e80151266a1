import type { Total } from "../../schemas/run.ts";

/** The measures of one grain side by side. */
export interface TotalRow {
  key: string;
  dataset: string;
  entity: string;
  account: string;
  currency: string;
  asOf: string;
  count: string | null;
  debit: string | null;
  credit: string | null;
  net: string | null;
}

/** Totals as rows, one for each grain, the latest report of each measure; sorted by dataset, entity and account. */
export function totalRows(totals: readonly Total[]): TotalRow[] {
  const rows = new Map<string, TotalRow>();
  const oldestFirst = totals.toSorted((a, b) => a.asOf.localeCompare(b.asOf));
  for (const {
    namespace,
    name,
    entity,
    ledger,
    period,
    version,
    account,
    currency,
    measure,
    value,
    asOf,
  } of oldestFirst) {
    const key = [namespace, name, entity, ledger, period, version, account, currency].join("\n");
    const row = rows.get(key) ?? { ...none, key, dataset: name, entity, account, currency, asOf };
    rows.set(key, { ...row, asOf, [measure]: value });
  }
  return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const none = { count: null, debit: null, credit: null, net: null };
