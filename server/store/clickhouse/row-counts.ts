import * as z from "zod";
import type { ClickHouse } from "../clickhouse.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

const ownTables = defineQuestion({
  engine: "clickhouse",
  name: "table.own",
  params: z.object({}),
  row: z.object({ name: z.string() }),
  sql: "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' ORDER BY name",
});

/** Rows as if every merge were done: an engine that merges between two counts has lost nothing. */
const countOf = (table: string) =>
  defineQuestion({
    engine: "clickhouse",
    name: "table.count",
    params: z.object({}),
    row: z.object({ rows: CountColumn }),
    sql: `SELECT count() AS rows FROM \`${table}\` SETTINGS final = 1`,
  });

/** Rows of every table that stores any, repetitions counted once. */
export async function clickhouseRows(clickhouse: ClickHouse): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name } of await clickhouse.ask(ownTables, {})) {
    const [counted] = await clickhouse.ask(countOf(name), {});
    rows[name] = counted!.rows;
  }
  return rows;
}
