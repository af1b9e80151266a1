import type * as z from "zod";

/**
 * A question to one of the two engines, as a value: parameters in, rows out, SQL in between and nowhere else.
 * ClickHouse binds `{name:Type}`, PostgreSQL binds `$1…` in the order of `params`' keys.
 */
export interface Question<P extends z.ZodObject, R extends z.ZodType> {
  engine: "clickhouse" | "postgres";
  /** `entity.what`, as it appears in logs and in the engine's own query log. */
  name: string;
  params: P;
  row: R;
  sql: string;
}

export function defineQuestion<P extends z.ZodObject, R extends z.ZodType>(question: Question<P, R>): Question<P, R> {
  return question;
}
