import { OptionError } from "../options.ts";
import { openClickHouse } from "../store/clickhouse.ts";
import { markMoved, movesInto, tableNames } from "../store/clickhouse/move.ts";
import { migrateClickHouse } from "../store/migrate-clickhouse.ts";
import { migratePostgres } from "../store/migrate-postgres.ts";
import type { Stores } from "../store/open-stores.ts";
import { openPostgres } from "../store/postgres.ts";
import { donePart, doneParts, movedTables, MOVE_TABLE, openMove } from "../store/postgres/move.ts";

export interface Target {
  databaseUrl: string;
  clickhouseUrl: string;
  cluster: string | null;
}

export interface OpenedTarget extends Stores {
  /** Parts of this very move that are done already. */
  done: ReadonlySet<string>;
}

/**
 * Opens the servers, each empty or left by the same move, and gives them their tables. `queue` makes the queue's own.
 *
 * @throws {OptionError} where a server holds something of anybody else's
 */
export async function openTarget(
  target: Target,
  id: string,
  queue: (postgres: Stores["postgres"]) => Promise<void>,
): Promise<OpenedTarget> {
  const clickhouse = await openClickHouse({ url: target.clickhouseUrl, cluster: target.cluster });
  const postgres = await openPostgres({ url: target.databaseUrl });
  try {
    const begun = await partsOf(postgres, id);
    await refuseClickHouse(clickhouse, id);
    if (!begun) {
      await openMove(postgres);
      await postgres.ask(donePart, { part: `move ${id}` });
    }
    await markMoved(clickhouse, id);
    await migrateClickHouse(clickhouse);
    await migratePostgres(postgres);
    await queue(postgres);
    return { clickhouse, postgres, done: begun ?? new Set() };
  } catch (error) {
    await Promise.all([clickhouse.close(), postgres.close()]);
    throw error;
  }
}

/** Null where the database is empty. */
async function partsOf(postgres: Stores["postgres"], id: string): Promise<Set<string> | null> {
  const tables = (await postgres.ask(movedTables, {})).map(({ name }) => name);
  if (tables.length === 0) return null;
  const parts = tables.includes(MOVE_TABLE)
    ? new Set((await postgres.ask(doneParts, {})).map(({ part }) => part))
    : new Set<string>();
  // Cut short between making the note and writing it: nothing else is there.
  if (parts.size === 0 && tables.every((name) => name === MOVE_TABLE)) return null;
  if (parts.has(`move ${id}`)) return parts;
  throw notEmpty("DATABASE_URL", `tables (${tables.slice(0, 3).join(", ")} …)`);
}

async function refuseClickHouse(clickhouse: Stores["clickhouse"], id: string): Promise<void> {
  const names = await tableNames(clickhouse);
  const moves = await movesInto(clickhouse);
  if (names.length === 0 || (moves.length === 1 && moves[0] === id)) return;
  if (names.length === 1 && names[0] === "move_under_way" && moves.length === 0) return;
  throw notEmpty("CLICKHOUSE_URL", `tables (${names.slice(0, 3).join(", ")} …)`);
}

function notEmpty(variable: string, what: string): OptionError {
  return new OptionError(
    `The database at ${variable} holds ${what} that are not of this move. Nothing is ever moved over something; name an empty one.`,
  );
}
