import { existsSync } from "node:fs";
import { join } from "node:path";
import { holderOf, lockDataDirectory } from "../data-lock.ts";
import { loadEstate, type LoadedEstate } from "../estate/load-estate.ts";
import type { Options } from "../options.ts";
import { openClickHouse, type ClickHouse } from "../store/clickhouse.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";

/** Something opened to be looked at, or why it could not be. */
export type Opened<T> = { opened: T } | { failed: string } | { unseen: string };

/** What the inspections look at. Engines are opened as they are: nothing is migrated, recovered or repaired. */
export interface Installation {
  options: Options;
  environment: Record<string, string | undefined>;
  estate: Opened<LoadedEstate>;
  clickhouse: Opened<ClickHouse>;
  postgres: Opened<Postgres>;
  /** The process that uses the data folder now; null where none does. */
  runningAs: number | null;
  now: Date;
}

/** Opens what can be opened, hands it to `look`, and closes it again whatever happens. */
export async function withInstallation<T>(
  options: Options,
  environment: Record<string, string | undefined>,
  look: (installation: Installation) => Promise<T>,
): Promise<T> {
  const runningAs = holderOf(options.data);
  const closing: (() => unknown)[] = [];
  const isHere = existsSync(options.data);
  const needsFolder = !options.clickhouseUrl || !options.databaseUrl;
  try {
    // An embedded engine is opened by one process at a time, so a start meanwhile has to wait.
    if (isHere && needsFolder && runningAs === null) {
      try {
        closing.push(lockDataDirectory(options.data));
      } catch {
        // Told by the inspection of the folder.
      }
    }
    const folder = (name: string) => join(options.data, name);
    const embedded = async <E>(name: string, open: (directory: string) => Promise<E>): Promise<Opened<E>> => {
      if (runningAs !== null) return { unseen: `Process ${runningAs} is using it.` };
      if (!existsSync(folder(name))) return { unseen: "Nothing was stored here yet." };
      return opened(() => open(folder(name)));
    };
    const { clickhouseUrl, clickhouseCluster: cluster, databaseUrl } = options;
    const clickhouse = clickhouseUrl
      ? await opened(() => openClickHouse({ url: clickhouseUrl, cluster }))
      : await embedded("clickhouse", (directory) => openClickHouse({ directory }));
    if ("opened" in clickhouse) closing.push(() => clickhouse.opened.close());
    const postgres = databaseUrl
      ? await opened(() => openPostgres({ url: databaseUrl }))
      : await embedded("postgres", (directory) => openPostgres({ directory }));
    if ("opened" in postgres) closing.push(() => postgres.opened.close());
    const estate = await opened(() => loadEstate(options.estate));
    return await look({ options, environment, estate, clickhouse, postgres, runningAs, now: new Date() });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function opened<T>(open: () => T | Promise<T>): Promise<Opened<T>> {
  try {
    return { opened: await open() };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { failed: message || code || String(error) };
  }
}
