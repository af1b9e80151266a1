import * as z from "zod";
import type { ClickHouse } from "../clickhouse.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

const stored = defineQuestion({
  engine: "clickhouse",
  name: "move.tables",
  params: z.object({}),
  row: z.object({ name: z.string(), engine: z.string(), statement: z.string() }),
  sql: `SELECT name, engine, create_table_query AS statement FROM system.tables WHERE database = currentDatabase()
    ORDER BY name`,
});

/** Names of all tables and views there are. */
export async function tableNames(clickhouse: ClickHouse): Promise<string[]> {
  return (await clickhouse.ask(stored, {})).map(({ name }) => name);
}

/** Tables that keep rows; those a view fills out of another such table come after all others. */
export async function keptTables(clickhouse: ClickHouse): Promise<string[]> {
  const all = await clickhouse.ask(stored, {});
  const kept = new Set(all.filter(({ engine }) => engine.endsWith("MergeTree")).map(({ name }) => name));
  const fed = new Set(
    all
      .filter(({ engine }) => engine === "MaterializedView")
      .map(({ statement }) => ({
        from: /\bFROM (?:[\w`]+\.)?`?(\w+)/.exec(statement)?.[1] ?? "",
        to: /\bTO (?:[\w`]+\.)?`?(\w+)/.exec(statement)?.[1] ?? "",
      }))
      .flatMap(({ from, to }) => (kept.has(from) ? [to] : [])),
  );
  return [...kept].toSorted((a, b) => Number(fed.has(a)) - Number(fed.has(b)));
}

/** Parts of a table and the rows in each, deleted ones too until a merge drops them; they stay as they are until merges go on. */
export const tableParts = defineQuestion({
  engine: "clickhouse",
  name: "move.parts",
  params: z.object({ table: z.string() }),
  row: z.object({ part: z.string(), rows: CountColumn }),
  sql: `SELECT name AS part, rows FROM system.parts
    WHERE database = currentDatabase() AND table = {table:String} AND active ORDER BY name`,
});

/** Keeps the parts of all tables as they are until the engine is closed. */
export async function stopMerges(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.command("SYSTEM STOP MERGES");
}

/** A stretch of a part's rows, as they stand. */
export const partRows = (table: string) =>
  defineQuestion({
    engine: "clickhouse",
    name: "move.rows",
    params: z.object({ part: z.string(), from: z.int(), to: z.int() }),
    row: z.unknown(),
    sql: `SELECT * FROM \`${table}\` WHERE _part = {part:String}
      AND _part_offset >= {from:UInt64} AND _part_offset < {to:UInt64}`,
  });

/** Rows of a table that are not deleted, repetitions and all. */
export const rowsThere = (table: string) =>
  defineQuestion({
    engine: "clickhouse",
    name: "move.rows-there",
    params: z.object({}),
    row: z.object({ rows: CountColumn }),
    sql: `SELECT count() AS rows FROM \`${table}\``,
  });

export async function emptyMoved(clickhouse: ClickHouse, table: string): Promise<void> {
  await clickhouse.change(({ on }) => `TRUNCATE TABLE \`${table}\` ${on}`);
}

const sums = (table: string) =>
  defineQuestion({
    engine: "clickhouse",
    name: "move.sum",
    params: z.object({}),
    row: z.object({ rows: z.string(), sum: z.string() }),
    sql: `SELECT count() AS rows, sum(cityHash64(toString(tuple(*)))) AS sum FROM \`${table}\` SETTINGS final = 1`,
  });

/** How many rows, and a sum over all that stands in them: repetitions counted once, in no order. */
export async function sumKept(clickhouse: ClickHouse, table: string): Promise<{ rows: string; sum: string }> {
  const [sum] = await clickhouse.ask(sums(table), {});
  return sum!;
}

/** Control totals by currency and measure, for people to compare. */
export const figureSums = defineQuestion({
  engine: "clickhouse",
  name: "move.figures",
  params: z.object({}),
  row: z.object({ currency: z.string(), measure: z.string(), total: z.string() }),
  sql: `SELECT currency, toString(measure) AS measure, toString(sum(value)) AS total FROM control_totals FINAL
    GROUP BY currency, measure ORDER BY currency, measure`,
});

const MARK = "move_under_way";

/** Marks a server as the target of a move, by the move's id. */
export async function markMoved(clickhouse: ClickHouse, id: string): Promise<void> {
  await clickhouse.command(`CREATE TABLE IF NOT EXISTS ${MARK} (id String) ENGINE = MergeTree ORDER BY id`);
  await clickhouse.insertLines(MARK, JSON.stringify({ id }));
}

const markOf = defineQuestion({
  engine: "clickhouse",
  name: "move.mark",
  params: z.object({}),
  row: z.object({ id: z.string() }),
  sql: `SELECT DISTINCT id FROM ${MARK}`,
});

/** Ids of the moves this server is the target of. */
export async function movesInto(clickhouse: ClickHouse): Promise<string[]> {
  if (!(await tableNames(clickhouse)).includes(MARK)) return [];
  return (await clickhouse.ask(markOf, {})).map(({ id }) => id);
}

export async function unmarkMoved(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.command(`DROP TABLE IF EXISTS ${MARK} SYNC`);
}

export const isMark = (table: string) => table === MARK;
