import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Say } from "../say.ts";
import { OptionError, type Options } from "../options.ts";
import { openClickHouse, type ClickHouse } from "./clickhouse.ts";
import { migrateClickHouse, pendingClickHouse } from "./migrate-clickhouse.ts";
import { migratePostgres, pendingPostgres } from "./migrate-postgres.ts";
import { openPostgres, type Postgres } from "./postgres.ts";

export interface Stores {
  clickhouse: ClickHouse;
  postgres: Postgres;
}

/** Where the engines are: at addresses, or in the data folder. */
type Where = Pick<Options, "data" | "clickhouseUrl" | "clickhouseCluster" | "databaseUrl">;

/** Called with the names of migrations waiting for data that is there already, while the engines in process are closed. */
export type BeforeUpgrade = (waiting: string[]) => Promise<void>;

/**
 * Opens and migrates both engines, embedded in the data folder or at the addresses given. What is served may refuse at
 * once, so it is asked before one in process is made, which takes seconds. Where one does not open or cannot be brought
 * up to date, all are closed before the start gives up, so that what they wrote is whole.
 */
export async function openStores(where: Where, say: Say, beforeUpgrade: BeforeUpgrade): Promise<Stores> {
  const [clickhouse, postgres] = [clickhousePlace(where, say), postgresPlace(where, say)];
  const both = [clickhouse, postgres];
  const [served, own] = [both.filter(({ folder }) => !folder), both.filter(({ folder }) => folder)];
  const old = own.filter(({ folder }) => existsSync(folder!));
  try {
    await each(served, (place) => place.open());
    await each(own, (place) => place.open());
    const waiting = (await each(old, (place) => place.pending())).flat();
    if (waiting.length > 0) {
      await each(own, (place) => place.close());
      await beforeUpgrade(waiting);
      await each(own, (place) => place.open());
    }
    for (const place of both) await place.migrate();
    return { clickhouse: clickhouse.engine(), postgres: postgres.engine() };
  } catch (error) {
    await each(both, (place) => place.close());
    throw error;
  }
}

/** Does it for all at once and waits for each, also where one fails: nothing goes on behind the failure. */
async function each<P, T>(places: readonly P[], act: (place: P) => Promise<T>): Promise<T[]> {
  const acts = places.map(act);
  await Promise.allSettled(acts);
  return Promise.all(acts);
}

/** One engine of an installation: where it is, opened or not. */
interface Place<E> {
  /** Its folder where it runs in process; null where it is served. */
  folder: string | null;
  open(): Promise<void>;
  close(): Promise<void>;
  /** Names of migrations it waits for. */
  pending(): Promise<string[]>;
  migrate(): Promise<unknown>;
  /** The engine itself. @throws while it is not open */
  engine(): E;
}

interface Opening<E> {
  title: string;
  folder: string | null;
  open(): Promise<E>;
  pending(engine: E): Promise<string[]>;
  migrate(engine: E): Promise<unknown>;
}

function placeOf<E extends { close(): Promise<void> }>(opening: Opening<E>, say: Say): Place<E> {
  let opened: E | null = null;
  const engine = () => {
    if (opened) return opened;
    throw new Error(`${opening.title} is not open.`);
  };
  return {
    folder: opening.folder,
    async open() {
      opened = await say.step(opening.title, opening.open);
    },
    async close() {
      await opened?.close();
      opened = null;
    },
    pending: () => opening.pending(engine()),
    migrate: () => opening.migrate(engine()),
    engine,
  };
}

function clickhousePlace({ clickhouseUrl: url, clickhouseCluster: cluster, data }: Where, say: Say): Place<ClickHouse> {
  const folder = url ? null : join(data, "clickhouse");
  const open = url
    ? () => reached("CLICKHOUSE_URL", () => openClickHouse({ url, cluster }))
    : () => openClickHouse({ directory: join(data, "clickhouse") });
  const title = url ? "ClickHouse, by CLICKHOUSE_URL" : "ClickHouse, in process";
  return placeOf({ title, folder, open, pending: pendingClickHouse, migrate: migrateClickHouse }, say);
}

function postgresPlace({ databaseUrl: url, data }: Where, say: Say): Place<Postgres> {
  const folder = url ? null : join(data, "postgres");
  const open = url
    ? () => reached("DATABASE_URL", () => openPostgres({ url }))
    : () => openPostgres({ directory: join(data, "postgres") });
  const title = url ? "PostgreSQL, by DATABASE_URL" : "PostgreSQL, in process";
  return placeOf({ title, folder, open, pending: pendingPostgres, migrate: migratePostgres }, say);
}

/** Codes of Node's for an address nobody answers at. */
const UNREACHED = new Set(["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH", "ECONNRESET", "EAI_AGAIN"]);

/** Opens a served engine; whatever keeps it from being used is told with the variable to mend. */
async function reached<T>(variable: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof OptionError && !UNREACHED.has(code ?? "")) throw error;
    const why = code && UNREACHED.has(code) ? `does not answer (${code})` : `refuses: ${(error as Error).message}`;
    throw new OptionError(
      `The engine at ${variable} ${why}. Check the address, its credentials and that it runs, or leave ${variable} unset to use the engine in process.`,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return (error as NodeJS.ErrnoException).code ?? ((error as Error).cause ? codeOf((error as Error).cause) : undefined);
}
