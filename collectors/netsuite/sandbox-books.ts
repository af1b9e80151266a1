import type { World } from "../sandbox.ts";
import { playedLedger } from "../sandbox-ledger.ts";
import type { Settings } from "./settings.ts";

/** Types of the played accounts, by their first digit. */
const TYPES: Record<string, string> = { 4: "Income", 5: "COGS", 6: "Expense" };

/** Months that stay open in the played account, this one included. */
const OPEN_MONTHS = 2;

/** A page of the rows a query asks for; null for a query this account does not understand. */
export function suiteQlPage(
  world: World,
  system: string,
  settings: Settings,
  query: string,
  { limit, offset }: { limit: number; offset: number },
) {
  const rows = periodRows(world, query) ?? balanceRows(world, system, settings, query);
  if (!rows) return null;
  const items = rows.slice(offset, offset + limit);
  const hasMore = offset + limit < rows.length;
  return { links: [], count: items.length, hasMore, offset, totalResults: rows.length, items };
}

function periodRows(world: World, query: string): object[] | null {
  const [, listed] = /FROM accountingperiod WHERE .*IN \(([^)]*)\)/.exec(query) ?? [];
  if (!listed) return null;
  const open = new Set(
    world
      .periods()
      .slice(-OPEN_MONTHS)
      .map(({ period }) => period),
  );
  return listed.split(", ").map((quoted) => {
    const period = unquoted(quoted);
    return { links: [], period, closed: open.has(period) ? "F" : "T" };
  });
}

function balanceRows(world: World, system: string, { ledger }: Settings, query: string): object[] | null {
  const listed = (column: RegExp) => new RegExp(`${column.source} IN \\(([^)]*)\\)`).exec(query)?.[1]?.split(", ");
  const subsidiaries = listed(/tl\.subsidiary/);
  const periods = listed(/TO_CHAR\(ap\.startdate, 'YYYY-MM'\)/);
  const types = new Set(listed(/a\.accttype/));
  if (!ledger || !/^SELECT .* FROM transactionaccountingline /.test(query) || !subsidiaries || !periods) return null;
  return subsidiaries.flatMap((subsidiary) =>
    periods.map(unquoted).flatMap((period) => {
      const held = playedLedger(world, system, ledger.subsidiaries[subsidiary] ?? "", period, ledger.dataset);
      return (held?.accounts ?? [])
        .filter(({ account }) => types.has(`'${TYPES[account.charAt(0)] ?? "Bank"}'`))
        .map(({ account, count, debit, credit }) => ({
          ...{ links: [], subsidiary, period, account, currency: held!.currency, entries: String(count) },
          // A sum over nothing is no value, and a column without a value is left out.
          ...(/[1-9]/.test(debit) && { debit }),
          ...(/[1-9]/.test(credit) && { credit }),
        }));
    }),
  );
}

function unquoted(text: string): string {
  return text.replace(/^'|'$/g, "");
}
