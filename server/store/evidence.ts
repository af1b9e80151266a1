import * as z from "zod";
import { defineQuestion, type Question } from "./question.ts";
import { BigintColumn } from "./postgres/columns.ts";

/** A row of a pack as its question names the columns; `key` is what the next page begins after. */
const Row = z.record(z.string(), z.unknown());

/** A whole set of rows, page by page in the order of their key, and their count beforehand. */
export interface RowsQuestion<P extends z.ZodObject, After> {
  count: Question<P, z.ZodObject<{ rows: z.ZodType<number> }>>;
  page: Question<z.ZodObject, typeof Row>;
  /** What stands before the first row. */
  start: After;
  limit: number;
}

/** What narrows the rows PostgreSQL gives; null does not. Named in SQL as columns of `scope`. */
const PostgresScope = z.object({
  period: z.string().nullable(),
  entities: z.array(z.string()).nullable(),
  flow: z.string().nullable(),
  rules: z.array(z.string()).nullable(),
  account: z.string().nullable(),
  asOf: z.string(),
});

const SCOPE = `WITH scope AS (SELECT $1::text AS period, $2::text[] AS entities, $3::text AS flow, $4::text[] AS rules,
    $5::text AS account, $6::timestamptz AS as_of)`;

/** Rows of PostgreSQL: `from` may name `scope`'s columns, `key` is unique and ordered. */
export function postgresRows(rows: {
  name: string;
  key: string;
  keyType: "text" | "bigint";
  columns: string;
  from: string;
  where: string;
}): RowsQuestion<typeof PostgresScope, string> & { engine: "postgres" } {
  const { name, key, keyType, columns, from, where } = rows;
  return {
    engine: "postgres",
    start: keyType === "text" ? "" : "0",
    limit: 1000,
    count: defineQuestion({
      engine: "postgres",
      name: `evidence.${name}-count`,
      params: PostgresScope,
      row: z.object({ rows: BigintColumn }),
      sql: `${SCOPE} SELECT count(*) AS rows FROM ${from} CROSS JOIN scope WHERE ${where}`,
    }),
    page: defineQuestion({
      engine: "postgres",
      name: `evidence.${name}`,
      params: PostgresScope.extend({ after: z.string(), limit: z.int() }),
      row: Row,
      sql: `${SCOPE} SELECT (${key})::text AS key, ${columns} FROM ${from} CROSS JOIN scope
        WHERE (${key}) > $7::${keyType} AND ${where} ORDER BY ${key} LIMIT $8`,
    }),
  };
}

/** What narrows the rows ClickHouse gives; an empty list or text does not. */
const ClickHouseScope = z.object({
  period: z.string(),
  entities: z.array(z.string()),
  /** `namespace`, a line feed, `name`. */
  datasets: z.array(z.string()),
  /** The same as nodes of the lineage graph. */
  nodes: z.array(z.string()),
  rules: z.array(z.string()),
  account: z.string(),
  asOf: z.string(),
});

/** Rows of ClickHouse, each key once: `key` is the table's order, so that a page is read where it stands. */
export function clickhouseRows(rows: {
  name: string;
  key: readonly string[];
  columns: string;
  from: string;
  where: string;
  /** Of a fold: grouped by the key. */
  grouped?: boolean;
  /** Rows of a page; fewer where they are large. */
  limit?: number;
}): RowsQuestion<typeof ClickHouseScope, string[]> & { engine: "clickhouse" } {
  const { name, columns, from, where } = rows;
  const keys = rows.key.map((each) => each.replace(/ at$/, ""));
  const tuple = keys.join(", ");
  const text = rows.key.map((each, at) => (isTime(each) ? `toString(${keys[at]})` : keys[at]!));
  const after = rows.key.map((each, at) => {
    const value = `{after:Array(String)}[${at + 1}]`;
    return isTime(each) ? `toDateTime64(${value}, 3, 'UTC')` : value;
  });
  const once = rows.grouped ? `GROUP BY ${tuple}` : "";
  return {
    engine: "clickhouse",
    start: rows.key.map((each) => (isTime(each) ? "1970-01-01 00:00:00.000" : "")),
    limit: rows.limit ?? 5000,
    count: defineQuestion({
      engine: "clickhouse",
      name: `evidence.${name}-count`,
      params: ClickHouseScope,
      row: z.object({ rows: BigintColumn }),
      sql: `SELECT uniqExact(${tuple}) AS rows FROM ${from} WHERE ${where}`,
    }),
    page: defineQuestion({
      engine: "clickhouse",
      name: `evidence.${name}`,
      params: ClickHouseScope.extend({ after: z.array(z.string()), limit: z.int() }),
      row: Row,
      sql: `SELECT ${columns}, [${text.join(", ")}] AS key FROM ${from}
        WHERE (${tuple}) > (${after.join(", ")}) AND ${where}
        ${once} ORDER BY ${tuple} ${rows.grouped ? "" : `LIMIT 1 BY ${tuple}`} LIMIT {limit:UInt64}`,
    }),
  };
}

/** A key's column that is an instant is written with ` at` behind it. */
function isTime(key: string): boolean {
  return key.endsWith(" at");
}

export type AnyRows = ReturnType<typeof postgresRows> | ReturnType<typeof clickhouseRows>;
