import { existsSync } from "node:fs";
import { join } from "node:path";
import { verifyAudit } from "../audit/verify-audit.ts";
import { clickhouseRows } from "../store/clickhouse/row-counts.ts";
import { openClickHouse } from "../store/clickhouse.ts";
import { pendingPostgres } from "../store/migrate-postgres.ts";
import { postgresRows } from "../store/postgres/row-counts.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import { OptionError } from "../options.ts";
import type { Contents } from "./manifest.ts";

/**
 * What the embedded engines of a data folder hold, each opened as it is and closed again; nothing is migrated.
 *
 * @throws {OptionError} where an engine is not there
 */
export async function readContents(dataDirectory: string): Promise<Contents> {
  const folder = (engine: string) => {
    const directory = join(dataDirectory, engine);
    if (existsSync(directory)) return { directory };
    throw new OptionError(`${dataDirectory} holds no installation: there is no folder "${engine}" in it.`);
  };
  const [events, decisions] = [folder("clickhouse"), folder("postgres")];
  const clickhouse = await openClickHouse(events);
  try {
    const postgres = await openPostgres(decisions);
    try {
      const verdict = await verdictOn(postgres);
      return {
        clickhouse: await clickhouseRows(clickhouse),
        postgres: await postgresRows(postgres),
        audit: {
          entries: verdict.entries,
          head: verdict.intact ? verdict.head : null,
          flaw: verdict.intact ? null : verdict.reason,
        },
      };
    } finally {
      await postgres.close();
    }
  } finally {
    await clickhouse.close();
  }
}

/** A log as an older version kept it is recomputed by that version only. */
async function verdictOn(postgres: Postgres): ReturnType<typeof verifyAudit> {
  if ((await pendingPostgres(postgres)).length === 0) return verifyAudit(postgres);
  const reason = "It is of an older version, which recomputes it.";
  return verifyAudit(postgres).catch(() => ({ intact: false, entries: 0, brokenAt: 0, reason }));
}
