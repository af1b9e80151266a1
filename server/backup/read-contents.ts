import { existsSync } from "node:fs";
import { join } from "node:path";
import { verifyAudit } from "../audit/verify-audit.ts";
import { clickhouseRows } from "../store/clickhouse/row-counts.ts";
import { openClickHouse } from "../store/clickhouse.ts";
import { pendingPostgres } from "../store/migrate-postgres.ts";
import { postgresRows } from "../store/postgres/row-counts.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import { OptionError } from "../options.ts";
import type { Contents, OwnEngine } from "./manifest.ts";

/**
 * What the engines of a data folder hold, each opened as it is and closed again; nothing is migrated.
 *
 * @throws {OptionError} where an engine is not there
 */
export async function readContents(dataDirectory: string, engines: readonly OwnEngine[]): Promise<Contents> {
  const folder = (engine: OwnEngine) => {
    const directory = join(dataDirectory, engine);
    if (existsSync(directory)) return { directory };
    throw new OptionError(`${dataDirectory} holds no installation: there is no folder "${engine}" in it.`);
  };
  const folders = engines.map((engine) => [engine, folder(engine)] as const);
  const contents: Contents = { clickhouse: null, postgres: null, audit: null };
  for (const [engine, at] of folders) {
    if (engine === "clickhouse") contents.clickhouse = await used(await openClickHouse(at), clickhouseRows);
    else Object.assign(contents, await used(await openPostgres(at), decisionsOf));
  }
  return contents;
}

async function used<E extends { close(): Promise<void> }, T>(engine: E, read: (engine: E) => Promise<T>): Promise<T> {
  try {
    return await read(engine);
  } finally {
    await engine.close();
  }
}

async function decisionsOf(postgres: Postgres): Promise<Pick<Contents, "postgres" | "audit">> {
  const verdict = await verdictOn(postgres);
  const audit = {
    entries: verdict.entries,
    head: verdict.intact ? verdict.head : null,
    flaw: verdict.intact ? null : verdict.reason,
  };
  return { postgres: await postgresRows(postgres), audit };
}

/** A log as an older version kept it is recomputed by that version only. */
async function verdictOn(postgres: Postgres): ReturnType<typeof verifyAudit> {
  if ((await pendingPostgres(postgres)).length === 0) return verifyAudit(postgres);
  const reason = "It is of an older version, which recomputes it.";
  return verifyAudit(postgres).catch(() => ({ intact: false, entries: 0, brokenAt: 0, reason }));
}
