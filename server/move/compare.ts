import { verifyAudit } from "../audit/verify-audit.ts";
import type { Stores } from "../store/open-stores.ts";
import { figureSums, sumKept } from "../store/clickhouse/move.ts";
import { inOneZone, sumTable } from "../store/postgres/move.ts";
import { clickhouseTables } from "./copy-clickhouse.ts";
import { postgresTables } from "./copy-postgres.ts";

/** What was found the same on both sides. */
export interface Compared {
  tables: number;
  rows: number;
  /** Control totals by currency and measure. */
  figures: { currency: string; measure: string; total: string }[];
  audit: { entries: number; head: string };
  /** In words, whatever is not the same; nothing else counts then. */
  flaws: string[];
}

/** Holds every table's count and content, the control totals and the audit log of one side against the other's. */
export async function compare(from: Stores, to: Stores): Promise<Compared> {
  const flaws: string[] = [];
  const seen = { tables: 0, rows: 0 };
  const hold = (table: string, was: { rows: string; sum: string }, is: { rows: string; sum: string }) => {
    seen.tables += 1;
    seen.rows += Number(was.rows);
    if (was.rows !== is.rows) flaws.push(`${table} holds ${is.rows} rows instead of ${was.rows}`);
    else if (was.sum !== is.sum) flaws.push(`${table} holds ${is.rows} rows, and not the same ones`);
  };
  for (const table of await clickhouseTables(from.clickhouse)) {
    hold(table, await sumKept(from.clickhouse, table), await sumKept(to.clickhouse, table));
  }
  for (const table of await postgresTables(from.postgres)) {
    const [was, is] = await Promise.all(
      [from, to].map(({ postgres }) =>
        postgres.transaction(async (tx) => {
          await inOneZone(tx);
          return sumTable(tx, table);
        }),
      ),
    );
    hold(table.name, was!, is!);
  }
  const [figures, moved] = await Promise.all([from, to].map(({ clickhouse }) => clickhouse.ask(figureSums, {})));
  if (JSON.stringify(figures) !== JSON.stringify(moved)) flaws.push("control totals have other sums");
  const [before, after] = await Promise.all([from, to].map(({ postgres }) => verifyAudit(postgres)));
  const head = before!.intact ? before!.head : "";
  if (!before!.intact) flaws.push(`the audit log did not verify where it came from: ${before!.reason}`);
  if (!after!.intact) flaws.push(`the audit log does not verify: ${after!.reason}`);
  else if (after!.head !== head) flaws.push("the audit log has another head");
  return { ...seen, figures: figures ?? [], audit: { entries: before!.entries, head: head ?? "" }, flaws };
}
