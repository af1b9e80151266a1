import { Big } from "big.js";
import { createHash } from "node:crypto";
import type { DatasetEvent } from "../../schemas/event/open-lineage.ts";
import { signedDatasetEvent } from "../signed-event.ts";
import { PRODUCER } from "./map.ts";
import type { Ledger } from "./settings.ts";
import type { LedgerRow } from "./vendor.ts";

/** Digest of the last reported totals by `entity/period`. */
export type LedgerDigests = Record<string, string>;

export interface LedgerReading {
  ledger: Ledger;
  namespace: string;
  version: string;
  /** Periods read, `2026-10`. */
  periods: readonly string[];
  rows: readonly LedgerRow[];
  /** Everything posted up to here is in the rows. ISO 8601. */
  at: string;
}

/** Periods `2026-10` that are open at an instant: its own month and those before it. Fiscal years are calendar years. */
export function openPeriods(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count + 1 + back, 1)).toISOString().slice(0, 7),
  );
}

/** `2026-10` as SAP writes it: year and three digits. */
export function fiscalYearPeriod(period: string): string {
  return period.replace("-", "0");
}

/**
 * What the ledger holds, as dataset events: one for each entity and period whose totals changed since they were last
 * reported, and one that moves the watermark of all others.
 */
export function ledgerEvents(reading: LedgerReading, before: LedgerDigests) {
  const { ledger, namespace, version, at } = reading;
  const grouped = Map.groupBy(reading.rows, (row) => `${row.CompanyCode}/${row.FiscalYearPeriod}`);
  const dataset = { namespace, name: ledger.dataset };
  const digests: LedgerDigests = {};
  const events: DatasetEvent[] = [];
  const unchanged: object[] = [];
  for (const period of reading.periods) {
    for (const entity of ledger.entities) {
      const key = `${entity}/${period}`;
      const place = { entity, ledger: ledger.ledger, period, version };
      const position = { ...place, completeThrough: at, snapshotAsOf: at };
      const sums = accountSums(grouped.get(`${entity}/${fiscalYearPeriod(period)}`) ?? [], ledger);
      digests[key] = createHash("sha256").update(JSON.stringify(sums)).digest("base64url").slice(0, 16);
      if (digests[key] === before[key]) {
        unchanged.push(position);
        continue;
      }
      const totals = sums.flatMap(({ account, currency, ...values }) =>
        Object.entries(values).map(([measure, value]) => ({ ...place, account, currency, measure, value })),
      );
      const facets = { tieout_position: { positions: [position] }, tieout_controlTotals: { asOf: at, totals } };
      events.push(signedDatasetEvent(PRODUCER, at, { ...dataset, facets }));
    }
  }
  if (unchanged.length > 0) {
    events.push(
      signedDatasetEvent(PRODUCER, at, { ...dataset, facets: { tieout_position: { positions: unchanged } } }),
    );
  }
  return { events, digests };
}

interface AccountSum {
  account: string;
  currency: string;
  count?: string;
  debit: string;
  credit: string;
  net: string;
}

function accountSums(rows: readonly LedgerRow[], ledger: Ledger): AccountSum[] {
  const byAccount = Map.groupBy(rows, (row) => `${row.GLAccount}/${row[ledger.currency]}`);
  return [...byAccount.values()]
    .map((group) => sumOf(group, ledger))
    .sort((one, other) => (one.account < other.account ? -1 : one.account > other.account ? 1 : 0));
}

function sumOf(rows: readonly LedgerRow[], { amount, currency, sides }: Ledger): AccountSum {
  const [first] = rows as [LedgerRow];
  const add = (valueOf: (row: LedgerRow) => string) =>
    rows.length === 1 ? valueOf(first) : rows.reduce((sum, row) => sum.plus(valueOf(row)), new Big(0)).toFixed();
  const signed = (row: LedgerRow) => row[amount]!;
  const debitOf = (row: LedgerRow) => {
    if (sides.by === "columns") return row[sides.debit]!;
    return isNegative(signed(row)) ? "0" : signed(row);
  };
  const creditOf = (row: LedgerRow) => {
    if (sides.by === "columns")
      return sides.creditsAre === "negative" ? negated(row[sides.credit]!) : row[sides.credit]!;
    return isNegative(signed(row)) ? negated(signed(row)) : "0";
  };
  const count = sides.by === "columns" ? sides.count : undefined;
  return {
    account: first.GLAccount,
    currency: first[currency]!,
    ...(count && { count: add((row) => row[count]!) }),
    debit: add(debitOf),
    credit: add(creditOf),
    net: add(signed),
  };
}

function isNegative(value: string): boolean {
  return value.startsWith("-");
}

function negated(value: string): string {
  if (isNegative(value)) return value.slice(1);
  return /[1-9]/.test(value) ? `-${value}` : value;
}
