import { PGlite } from "@electric-sql/pglite";
import { mkdirSync } from "node:fs";
import pg from "pg";
import * as z from "zod";
import { OptionError } from "../options.ts";
import { orAway } from "./engine-away.ts";
import type { Question } from "./question.ts";

export interface Asking {
  /** Asks a question: parameters are checked and bound in the order the question names them. */
  ask<P extends z.ZodObject, R extends z.ZodType>(question: Question<P, R>, params: z.input<P>): Promise<z.output<R>[]>;
  /** Runs statements of a migration. */
  command(sql: string): Promise<void>;
  /** Runs one statement of the queue, which brings its own SQL and joins our transactions with it. */
  run(sql: string, values: unknown[]): Promise<unknown[]>;
}

export interface Postgres extends Asking {
  embedded: boolean;
  /** All or nothing. On the embedded engine transactions queue behind each other. */
  transaction<T>(act: (tx: Asking) => Promise<T>): Promise<T>;
  /** The engine beneath, for the two libraries that bring their own SQL: the queue and sign-in. */
  engine: { kind: "pglite"; pglite: PGlite } | { kind: "pool"; pool: pg.Pool };
  /** Calls `heard` for each NOTIFY on a channel, and after each time the connection was lost. Answers how to stop. */
  listen(channel: string, heard: () => void): Promise<() => Promise<void>>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

export type PostgresAddress = { url: string } | { directory: string };

/** An address that takes the connection and says nothing is given up after so many milliseconds. */
const CONNECT_WITHIN = 30_000;
/** A connection that has been silent for so many milliseconds is asked whether anybody is still there. */
const SILENT_AFTER = 10_000;
const NAME = "PostgreSQL";

type Query = (sql: string, values: unknown[]) => Promise<unknown[]>;

function asking(query: Query, command: (sql: string) => Promise<void>): Asking {
  return {
    async ask(question, params) {
      const checked = question.params.parse(params) as Record<string, unknown>;
      const values = Object.keys(question.params.shape).map((key) => checked[key] ?? null);
      return z.array(question.row).parse(await query(question.sql, values));
    },
    command,
    run: query,
  };
}

/** Opens PostgreSQL in process over a directory, or a server by URL. */
export async function openPostgres(address: PostgresAddress): Promise<Postgres> {
  return "directory" in address ? embedded(address.directory) : served(address.url);
}

async function embedded(directory: string): Promise<Postgres> {
  mkdirSync(directory, { recursive: true });
  const pglite = await PGlite.create(directory);
  const on = (engine: Pick<PGlite, "query" | "exec">) =>
    asking(
      async (sql, values) => (await engine.query(sql, values as never[])).rows,
      async (sql) => void (await engine.exec(sql)),
    );
  return {
    ...on(pglite),
    embedded: true,
    engine: { kind: "pglite", pglite },
    listen: (channel, heard) => pglite.listen(channel, heard),
    transaction: (act) => pglite.transaction((tx) => act(on(tx as unknown as PGlite))) as never,
    ping: () =>
      pglite.query("SELECT 1").then(
        () => true,
        () => false,
      ),
    close: () => pglite.close(),
  };
}

async function served(url: string): Promise<Postgres> {
  const pool = new pg.Pool({
    ...{ connectionString: url, max: 10, connectionTimeoutMillis: CONNECT_WITHIN },
    ...{ keepAlive: true, keepAliveInitialDelayMillis: SILENT_AFTER },
  });
  // A connection the server drops is replaced by the pool, and whoever used it hears of it from their query. Without
  // these listeners it would end the process: the pool listens to idle connections only, not to one in a transaction.
  pool.on("error", () => {});
  pool.on("connect", (client) => void client.on("error", () => {}));
  await pool.query("SELECT 1").catch(async (error: Error) => {
    await pool.end();
    const { host, pathname } = new URL(url);
    throw new OptionError(
      `PostgreSQL at ${host}${pathname} cannot be used: ${error.message || (error as NodeJS.ErrnoException).code}`,
      {
        cause: error,
      },
    );
  });
  const on = (client: Pick<pg.Pool, "query">) =>
    asking(
      async (sql, values) => (await orAway(NAME, client.query(sql, values))).rows as unknown[],
      async (sql) => void (await orAway(NAME, client.query(sql))),
    );
  return {
    ...on(pool),
    embedded: false,
    engine: { kind: "pool", pool },
    listen: (channel, heard) => listenOn(url, channel, heard),
    async transaction(act) {
      const client = await orAway(NAME, pool.connect());
      try {
        await orAway(NAME, client.query("BEGIN"));
        const result = await act(on(client as unknown as pg.Pool));
        await orAway(NAME, client.query("COMMIT"));
        return result;
      } catch (error) {
        // A lost connection has rolled back by itself; the first error is the one to tell.
        await client.query("ROLLBACK").catch(() => {});
        throw error;
      } finally {
        client.release();
      }
    },
    ping: () =>
      pool.query("SELECT 1").then(
        () => true,
        () => false,
      ),
    close: () => pool.end(),
  };
}

const LISTEN_AGAIN = 1_000;

/** A connection of its own, opened again whenever it is lost; `heard` is then called for what may have been missed. */
async function listenOn(url: string, channel: string, heard: () => void): Promise<() => Promise<void>> {
  let stopped = false;
  let client: pg.Client | null = null;
  const open = async (): Promise<void> => {
    const opened = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN });
    const again = () => {
      if (client !== opened || stopped) return;
      client = null;
      setTimeout(() => void open().catch(() => {}), LISTEN_AGAIN).unref();
    };
    client = opened;
    opened.on("error", again);
    opened.on("end", again);
    opened.on("notification", heard);
    try {
      await opened.connect();
      await opened.query(`LISTEN ${opened.escapeIdentifier(channel)}`);
      heard();
    } catch (error) {
      again();
      throw error;
    }
  };
  await open();
  return async () => {
    stopped = true;
    await client?.end();
  };
}
