import type { Postgres } from "../store/postgres.ts";
import {
  closeTable,
  donePart,
  emptyTable,
  movedSequences,
  movedTables,
  MOVE_TABLE,
  nextRows,
  openRows,
  setSequence,
  writeRows,
  type MovedTable,
} from "../store/postgres/move.ts";
import type { Progress } from "./progress.ts";

/** Rows read and written at a time. */
const PAGE = 500;

/** Written by the target's own start: which version it is of, and figures the queue keeps of itself. */
const OWN = new Set([
  "public.migrations",
  "tasks.version",
  "tasks.queue_stats",
  "tasks.warning",
  "tasks.bam",
  MOVE_TABLE,
]);

/** What is copied, each table after those its rows refer to. */
export async function postgresTables(postgres: Postgres): Promise<MovedTable[]> {
  const open = (await postgres.ask(movedTables, {})).filter(({ name }) => !OWN.has(name));
  const ordered: MovedTable[] = [];
  const placed = new Set<string>();
  const place = (table: MovedTable, above: readonly string[]) => {
    if (placed.has(table.name) || above.includes(table.name)) return;
    for (const name of table.after) {
      const other = open.find((each) => each.name === name);
      if (other) place(other, [...above, table.name]);
    }
    placed.add(table.name);
    ordered.push(table);
  };
  for (const table of open) place(table, []);
  return ordered;
}

/** Copies what is not done yet, a table in one transaction with the note that it is done. */
export async function copyPostgres(
  from: Postgres,
  to: Postgres,
  done: ReadonlySet<string>,
  progress: Progress,
): Promise<void> {
  const tables = await postgresTables(from);
  for (const [at, table] of tables.entries()) {
    progress("PostgreSQL", at / tables.length, table.name);
    if (!done.has(partOf(table))) await copyTable(from, to, table);
  }
  for (const { quoted, last } of await from.ask(movedSequences, {})) {
    if (last !== null) await to.ask(setSequence, { quoted, last });
  }
  progress("PostgreSQL", 1, `${tables.length} tables`);
}

async function copyTable(from: Postgres, to: Postgres, table: MovedTable): Promise<void> {
  await from.transaction(async (reading) => {
    await openRows(reading, table);
    await to.transaction(async (writing) => {
      await emptyTable(writing, table);
      for (let rows = await nextRows(reading, PAGE); rows.length > 0; rows = await nextRows(reading, PAGE)) {
        await writeRows(writing, table, rows);
      }
      await closeTable(writing, table);
      await writing.ask(donePart, { part: partOf(table) });
    });
  });
}

function partOf({ name }: MovedTable): string {
  return `postgres ${name}`;
}
