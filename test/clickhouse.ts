import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { DERIVED_TABLES } from "../server/store/clickhouse/derived-tables.ts";
import { openClickHouse, type ClickHouse } from "../server/store/clickhouse.ts";
import { migrateClickHouse } from "../server/store/migrate-clickhouse.ts";
import { defineQuestion } from "../server/store/question.ts";
import { startClickHouseDoor } from "./clickhouse-door.ts";
import { copyEngines } from "./prepared-data.ts";

/** The engines flow tests run on: embedded, and served over HTTP (`CLICKHOUSE_URL` when set, else a door of our own). */
export const CLICKHOUSE_FORMS = ["embedded", "served"] as const;

export interface OpenedClickHouse {
  clickhouse: ClickHouse;
  close(): Promise<void>;
}

/** Opens an engine with every migration applied and nothing in it. */
export async function openEmptyClickHouse(form: (typeof CLICKHOUSE_FORMS)[number]): Promise<OpenedClickHouse> {
  if (form === "embedded") {
    const directory = mkdtempSync(join(tmpdir(), "tieout-clickhouse-"));
    await copyEngines(directory, ["clickhouse"]);
    const clickhouse = await openClickHouse({ directory: join(directory, "clickhouse") });
    return {
      clickhouse,
      async close() {
        await clickhouse.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  }
  const url = process.env.CLICKHOUSE_URL;
  const door = url ? null : await startClickHouseDoor();
  const clickhouse = await openClickHouse({ url: url ?? door?.url ?? "" });
  if (url) await dropTables(clickhouse);
  await migrateClickHouse(clickhouse);
  return {
    clickhouse,
    async close() {
      await clickhouse.close();
      await door?.stop();
    },
  };
}

/** Rows of an ad-hoc SELECT. */
export function select(clickhouse: ClickHouse, sql: string): Promise<Record<string, unknown>[]> {
  const row = z.record(z.string(), z.unknown());
  return clickhouse.ask(defineQuestion({ engine: "clickhouse", name: "test", params: z.object({}), row, sql }), {});
}

/** Everything derived, merged and in a fixed order. */
export async function derivedTables(clickhouse: ClickHouse): Promise<Record<string, Record<string, unknown>[]>> {
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const table of DERIVED_TABLES)
    tables[table] = await select(clickhouse, `SELECT * FROM ${table} FINAL ORDER BY ALL`);
  return tables;
}

async function dropTables(clickhouse: ClickHouse): Promise<void> {
  for (const { name } of await select(
    clickhouse,
    "SELECT name FROM system.tables WHERE database = currentDatabase()",
  )) {
    await clickhouse.command(`DROP TABLE IF EXISTS \`${String(name)}\` SYNC`);
  }
}
