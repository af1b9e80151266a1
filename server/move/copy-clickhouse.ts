import type { ClickHouse } from "../store/clickhouse.ts";
import {
  emptyMoved,
  isMark,
  keptTables,
  partRows,
  rowsThere,
  stopMerges,
  tableParts,
} from "../store/clickhouse/move.ts";
import type { Progress } from "./progress.ts";

/** Rows carried at a time: some ten megabytes of events. */
const PAGE = 2_000;
/** Which version the tables are of, the target says itself. */
const OWN = "migrations";

export async function clickhouseTables(clickhouse: ClickHouse): Promise<string[]> {
  return (await keptTables(clickhouse)).filter((table) => table !== OWN && !isMark(table));
}

/**
 * Copies what is not done yet, table by table; `tell` is awaited after each. There are no transactions here, so a table
 * cut short is emptied and copied anew.
 */
export async function copyClickHouse(
  from: ClickHouse,
  to: ClickHouse,
  done: ReadonlySet<string>,
  { progress, tell }: { progress: Progress; tell(part: string): Promise<unknown> },
): Promise<void> {
  await stopMerges(from);
  const tables = await clickhouseTables(from);
  for (const [at, table] of tables.entries()) {
    const part = `clickhouse ${table}`;
    if (done.has(part)) continue;
    await emptyMoved(to, table);
    await copyTable(from, to, table, (share, rows) =>
      progress("ClickHouse", (at + share) / tables.length, `${table}, ${rows} rows`),
    );
    await tell(part);
  }
  progress("ClickHouse", 1, `${tables.length} tables`);
}

async function copyTable(
  from: ClickHouse,
  to: ClickHouse,
  table: string,
  progress: (share: number, rows: number) => void,
): Promise<void> {
  const parts = await from.ask(tableParts, { table });
  const [there] = await from.ask(rowsThere(table), {});
  const all = there?.rows ?? 0;
  const reading = partRows(table);
  let copied = 0;
  for (const { part, rows } of parts) {
    for (let at = 0; at < rows; at += PAGE) {
      const page = await from.ask(reading, { part, from: at, to: at + PAGE });
      if (page.length === 0) continue;
      await to.insertLines(table, page.map((row) => JSON.stringify(row)).join("\n"));
      copied += page.length;
      progress(copied / all, copied);
    }
  }
  if (copied !== all) throw new Error(`${table} changed while it was copied: ${copied} of ${all} rows.`);
}
