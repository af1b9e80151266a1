import * as z from "zod";
import { defineQuestion } from "../question.ts";
import type { Asking } from "../postgres.ts";
import { BigintColumn } from "./columns.ts";

const ownTables = defineQuestion({
  engine: "postgres",
  name: "table.own",
  params: z.object({}),
  row: z.object({ name: z.string(), quoted: z.string() }),
  sql: `SELECT schemaname || '.' || tablename AS "name", format('%I.%I', schemaname, tablename) AS "quoted"
    FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
});

const countOf = (quoted: string) =>
  defineQuestion({
    engine: "postgres",
    name: "table.count",
    params: z.object({}),
    row: z.object({ rows: BigintColumn }),
    sql: `SELECT count(*) AS "rows" FROM ${quoted}`,
  });

/** Rows of every table, the queue's too, by `schema.table`. */
export async function postgresRows(postgres: Asking): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name, quoted } of await postgres.ask(ownTables, {})) {
    const [counted] = await postgres.ask(countOf(quoted), {});
    rows[name] = counted!.rows;
  }
  return rows;
}
