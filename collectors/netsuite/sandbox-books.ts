import type { World } from "../sandbox.ts";
import { playedLedger } from "../sandbox-ledger.ts";
import type { Settings } from "./settings.ts";

/** Types of the played accounts, by their first digit. */
const TYPES: Record<string, string> = { 4: "Income", 5: "COGS", 6: "Expense" };

/** A page of the trial balance a query asks for; null for a query that is no trial balance. */
export function balancePage(
  world: World,
  system: string,
  { ledger }: Settings,
  query: string,
  { limit, offset }: { limit: number; offset: number },
) {
  const listed = (column: RegExp) => new RegExp(`${column.source} IN \\(([^)]*)\\)`).exec(query)?.[1]?.split(", ");
  const subsidiaries = listed(/tl\.subsidiary/);
  const periods = listed(/TO_CHAR\(ap\.startdate, 'YYYY-MM'\)/);
  const types = new Set(listed(/a\.accttype/));
  if (!ledger || !/^SELECT .* FROM transactionaccountingline /.test(query) || !subsidiaries || !periods) return null;
  const rows = subsidiaries.flatMap((subsidiary) =>
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
  const items = rows.slice(offset, offset + limit);
  const hasMore = offset + limit < rows.length;
  return { links: [], count: items.length, hasMore, offset, totalResults: rows.length, items };
}

function unquoted(text: string): string {
  return text.replace(/^'|'$/g, "");
}
