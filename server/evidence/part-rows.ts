import type { EvidenceScope } from "../../schemas/wire/evidence.ts";
import type { Context } from "../context.ts";
import type { EvidencePart } from "./part.ts";
import { boundsOf } from "./scope.ts";

/** A row as it is written: what is no text, number or truth is JSON text. */
export type PlainRow = Record<string, string | number | boolean | null>;
type Sources = Pick<Context, "clickhouse" | "postgres" | "estate">;

/** How many rows a part will have. */
export async function countRows(ctx: Sources, part: EvidencePart, scope: EvidenceScope): Promise<number> {
  const bounds = boundsOf(ctx.estate, scope);
  const { rows } = part;
  const [counted] =
    rows.engine === "postgres"
      ? await ctx.postgres.ask(rows.count, bounds.postgres)
      : await ctx.clickhouse.ask(rows.count, bounds.clickhouse);
  return counted?.rows ?? 0;
}

/** A part's rows in the order of their key, a page at a time: memory is a page's, however many rows there are. */
export async function* partRows(ctx: Sources, part: EvidencePart, scope: EvidenceScope): AsyncGenerator<PlainRow[]> {
  const bounds = boundsOf(ctx.estate, scope);
  const { rows } = part;
  const { limit } = rows;
  let after: unknown = rows.start;
  for (;;) {
    const page =
      rows.engine === "postgres"
        ? await ctx.postgres.ask(rows.page, { ...bounds.postgres, after, limit })
        : await ctx.clickhouse.ask(rows.page, { ...bounds.clickhouse, after, limit });
    if (page.length > 0) yield page.map((row) => plain(row, part));
    if (page.length < limit) return;
    after = page.at(-1)!.key;
  }
}

function plain(row: Record<string, unknown>, { columns }: EvidencePart): PlainRow {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, plainValue(row[name])]));
}

function plainValue(value: unknown): PlainRow[string] {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}
