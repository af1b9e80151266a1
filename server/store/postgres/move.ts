import * as z from "zod";
import { defineQuestion } from "../question.ts";
import type { Asking } from "../postgres.ts";

/** A table and what copying it row by row has to know. */
const MovedTable = z.object({
  /** `schema.table`. */
  name: z.string(),
  quoted: z.string(),
  /** Columns that are written, quoted; what the engine computes itself is left out. */
  columns: z.array(z.string()),
  /** Tables whose rows those of this one refer to, and so come first. */
  after: z.array(z.string()),
});
export type MovedTable = z.infer<typeof MovedTable>;

/** Tables with rows of their own, a partitioned one as one. */
export const movedTables = defineQuestion({
  engine: "postgres",
  name: "move.tables",
  params: z.object({}),
  row: MovedTable,
  sql: `SELECT n.nspname || '.' || c.relname AS "name", format('%I.%I', n.nspname, c.relname) AS "quoted",
      array(SELECT quote_ident(a.attname) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS "columns",
      array(SELECT fn.nspname || '.' || f.relname FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
        JOIN pg_namespace fn ON fn.oid = f.relnamespace
        WHERE (k.conrelid = c.oid OR k.conrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid))
          AND k.contype = 'f' AND k.confrelid <> c.oid) AS "after"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY 1`,
});

const Sum = z.object({ rows: z.string(), sum: z.string() });
export type TableSum = z.infer<typeof Sum>;

/** How many rows, and a sum over all that stands in them, which no order changes. */
const sumOf = ({ quoted, columns }: MovedTable) =>
  defineQuestion({
    engine: "postgres",
    name: "move.sum",
    params: z.object({}),
    row: Sum,
    sql: `SELECT count(*)::text AS "rows",
        coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text AS "sum"
      FROM (SELECT ${columns.join(", ")} FROM ${quoted}) AS t`,
  });

export async function sumTable(postgres: Asking, table: MovedTable): Promise<TableSum> {
  const [sum] = await postgres.ask(sumOf(table), {});
  return sum!;
}

/** Instants are written alike on both sides. */
export async function inOneZone(tx: Asking): Promise<void> {
  await tx.command("SET LOCAL TIME ZONE 'UTC'");
}

/** Opens what `nextRows` reads on from, for the length of a transaction. */
export async function openRows(tx: Asking, { quoted, columns }: MovedTable): Promise<void> {
  await tx.command(`DECLARE moved NO SCROLL CURSOR FOR
    SELECT to_json(t)::text AS "row" FROM (SELECT ${columns.join(", ")} FROM ${quoted}) AS t`);
}

/** Rows as JSON text, which is never read on the way: numbers and times stay as the engine wrote them. */
export async function nextRows(tx: Asking, most: number): Promise<string[]> {
  const rows = z.array(z.object({ row: z.string() })).parse(await tx.run(`FETCH ${Math.floor(most)} FROM moved`, []));
  return rows.map(({ row }) => row);
}

/** Empties a table of what a migration or an earlier try left in it. Rows that may never change are new here. */
export async function emptyTable(tx: Asking, { quoted }: MovedTable): Promise<void> {
  await tx.command(`ALTER TABLE ${quoted} DISABLE TRIGGER USER; DELETE FROM ${quoted}`);
}

export async function writeRows(tx: Asking, { quoted, columns }: MovedTable, rows: readonly string[]): Promise<void> {
  const names = columns.join(", ");
  await tx.run(
    `INSERT INTO ${quoted} (${names}) OVERRIDING SYSTEM VALUE
      SELECT ${names} FROM json_populate_recordset(NULL::${quoted}, $1::json)`,
    [`[${rows.join(",")}]`],
  );
}

export async function closeTable(tx: Asking, { quoted }: MovedTable): Promise<void> {
  await tx.command(`ALTER TABLE ${quoted} ENABLE TRIGGER USER`);
}

/** Sequences with the value given out last; null where none was. */
export const movedSequences = defineQuestion({
  engine: "postgres",
  name: "move.sequences",
  params: z.object({}),
  row: z.object({ quoted: z.string(), last: z.string().nullable() }),
  sql: `SELECT format('%I.%I', schemaname, sequencename) AS "quoted", last_value::text AS "last" FROM pg_sequences
    WHERE schemaname NOT LIKE 'pg\\_%' ORDER BY 1`,
});

export const setSequence = defineQuestion({
  engine: "postgres",
  name: "move.set-sequence",
  params: z.object({ quoted: z.string(), last: z.string() }),
  row: z.object({}),
  sql: "SELECT setval($1::text::regclass, $2::text::bigint)",
});

/** Parts of a move that are done, in the database moved to, for as long as it is under way. */
export const MOVE_TABLE = "public.move_under_way";

export async function openMove(postgres: Asking): Promise<void> {
  await postgres.command(`CREATE TABLE IF NOT EXISTS ${MOVE_TABLE} (part text PRIMARY KEY)`);
}

export const donePart = defineQuestion({
  engine: "postgres",
  name: "move.done",
  params: z.object({ part: z.string() }),
  row: z.never(),
  sql: `INSERT INTO ${MOVE_TABLE} (part) VALUES ($1) ON CONFLICT DO NOTHING`,
});

export const doneParts = defineQuestion({
  engine: "postgres",
  name: "move.parts",
  params: z.object({}),
  row: z.object({ part: z.string() }),
  sql: `SELECT part FROM ${MOVE_TABLE}`,
});

export async function closeMove(postgres: Asking): Promise<void> {
  await postgres.command(`DROP TABLE IF EXISTS ${MOVE_TABLE}`);
}
