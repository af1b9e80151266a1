import type { LedgerLine, PeriodStanding } from "../ledger-book.ts";
import type { Ledger } from "./settings.ts";
import type { BalanceRow, PeriodRow } from "./vendor.ts";

/** The trial balance of subsidiaries × periods by account and currency, in a steady order so that pages join. */
export function trialBalanceQuery(ledger: Ledger, periods: readonly string[]): string {
  const subsidiaries = Object.keys(ledger.subsidiaries).join(", ");
  return [
    "SELECT tl.subsidiary AS subsidiary, TO_CHAR(ap.startdate, 'YYYY-MM') AS period, a.acctnumber AS account,",
    "cur.symbol AS currency, COUNT(*) AS entries, SUM(tal.debit) AS debit, SUM(tal.credit) AS credit",
    "FROM transactionaccountingline tal",
    "JOIN transaction t ON t.id = tal.transaction",
    "JOIN transactionline tl ON tl.transaction = tal.transaction AND tl.id = tal.transactionline",
    "JOIN accountingperiod ap ON ap.id = t.postingperiod",
    "JOIN account a ON a.id = tal.account",
    "JOIN subsidiary s ON s.id = tl.subsidiary",
    "JOIN currency cur ON cur.id = s.currency",
    `WHERE tal.posting = 'T' AND tal.accountingbook = ${ledger.accountingBook}`,
    `AND tl.subsidiary IN (${subsidiaries}) AND TO_CHAR(ap.startdate, 'YYYY-MM') IN (${quoted(periods)})`,
    `AND a.accttype IN (${quoted(ledger.accountTypes)})`,
    "GROUP BY tl.subsidiary, TO_CHAR(ap.startdate, 'YYYY-MM'), a.acctnumber, cur.symbol",
    "ORDER BY tl.subsidiary, period, account",
  ].join(" ");
}

/** Whether monthly periods are closed. */
export function periodsQuery(periods: readonly string[]): string {
  return [
    "SELECT TO_CHAR(startdate, 'YYYY-MM') AS period, closed FROM accountingperiod",
    `WHERE isyear = 'F' AND isquarter = 'F' AND isadjust = 'F' AND TO_CHAR(startdate, 'YYYY-MM') IN (${quoted(periods)})`,
    "ORDER BY startdate",
  ].join(" ");
}

/** Accounting periods as every subsidiary's standing. */
export function standingsOf(rows: readonly PeriodRow[], { subsidiaries }: Ledger): PeriodStanding[] {
  return Object.values(subsidiaries).flatMap((entity) =>
    rows.map(({ period, closed }) => ({
      ...{ entity, period, status: closed === "T" ? ("closed" as const) : ("open" as const) },
      native: closed === "T" ? "Closed" : "Open",
    })),
  );
}

/** A row of the trial balance as a line of the ledger; `net` is left to whoever sums up exactly. */
export function ledgerLine(row: BalanceRow, { subsidiaries }: Ledger): LedgerLine {
  const { period, account, currency, entries: count, debit, credit } = row;
  return { entity: subsidiaries[row.subsidiary] ?? row.subsidiary, period, account, currency, count, debit, credit };
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ");
}
