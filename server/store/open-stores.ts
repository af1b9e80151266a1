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

/** Called with the names of migrations waiting for data that is there already, while the engines are closed. */
export type BeforeUpgrade = (waiting: string[]) => Promise<void>;

/**
 * Opens and migrates both engines, embedded in the data folder or at the addresses given. What is served may refuse at
 * once, so it is asked before one in process is made, which takes seconds.
 */
export async function openStores(options: Options, say: Say, beforeUpgrade: BeforeUpgrade): Promise<Stores> {
  const { clickhouseUrl, databaseUrl } = options;
  if (!clickhouseUrl && !databaseUrl) return openInProcess(options, say, beforeUpgrade);
  if (!clickhouseUrl && databaseUrl) {
    const postgres = await postgresOf(options, say);
    return { postgres, clickhouse: await orClosed(postgres, clickhouseOf(options, say)) };
  }
  if (clickhouseUrl && !databaseUrl) {
    const clickhouse = await clickhouseOf(options, say);
    return { clickhouse, postgres: await orClosed(clickhouse, postgresOf(options, say)) };
  }
  return together(clickhouseOf(options, say), postgresOf(options, say));
}

/** Both, or neither: what did open is closed again. */
async function together(...both: [Promise<ClickHouse>, Promise<Postgres>]): Promise<Stores> {
  const opening = await Promise.allSettled(both);
  const [clickhouse, postgres] = opening;
  if (clickhouse.status === "fulfilled" && postgres.status === "fulfilled") {
    return { clickhouse: clickhouse.value, postgres: postgres.value };
  }
  for (const opened of opening) if (opened.status === "fulfilled") await opened.value.close();
  throw opening.find((opened) => opened.status === "rejected")?.reason;
}

async function openInProcess({ data }: Options, say: Say, beforeUpgrade: BeforeUpgrade): Promise<Stores> {
  const isOld = existsSync(join(data, "postgres"));
  const open = () =>
    together(
      say.step("ClickHouse, in process", () => openClickHouse({ directory: join(data, "clickhouse") })),
      say.step("PostgreSQL, in process", () => openPostgres({ directory: join(data, "postgres") })),
    );
  const close = async ({ clickhouse, postgres }: Stores) => {
    await clickhouse.close();
    await postgres.close();
  };
  let stores: Stores | null = await open();
  try {
    const waiting = [...(await pendingClickHouse(stores.clickhouse)), ...(await pendingPostgres(stores.postgres))];
    if (isOld && waiting.length > 0) {
      await close(stores);
      stores = null;
      await beforeUpgrade(waiting);
      stores = await open();
    }
    await migrateClickHouse(stores.clickhouse);
    await migratePostgres(stores.postgres);
    return stores;
  } catch (error) {
    // Closed before the start gives up, so that what either engine wrote is whole.
    if (stores) await close(stores);
    throw error;
  }
}

/** Where the other engine does not open, the first is closed before the start gives up, so that what it wrote is whole. */
async function orClosed<T>(first: { close(): Promise<void> }, other: Promise<T>): Promise<T> {
  try {
    return await other;
  } catch (error) {
    await first.close();
    throw error;
  }
}

function clickhouseOf({ clickhouseUrl: url, clickhouseCluster, data }: Options, say: Say): Promise<ClickHouse> {
  return say.step(url ? "ClickHouse, by CLICKHOUSE_URL" : "ClickHouse, in process", async () => {
    const engine = await (url
      ? reached("CLICKHOUSE_URL", () => openClickHouse({ url, cluster: clickhouseCluster }))
      : openClickHouse({ directory: join(data, "clickhouse") }));
    await migrateClickHouse(engine);
    return engine;
  });
}

function postgresOf({ databaseUrl: url, data }: Options, say: Say): Promise<Postgres> {
  return say.step(url ? "PostgreSQL, by DATABASE_URL" : "PostgreSQL, in process", async () => {
    const engine = await (url
      ? reached("DATABASE_URL", () => openPostgres({ url }))
      : openPostgres({ directory: join(data, "postgres") }));
    await migratePostgres(engine);
    return engine;
  });
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
