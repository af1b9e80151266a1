import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { ClickHouse } from "../server/store/clickhouse.ts";
import type { Postgres } from "../server/store/postgres.ts";

const FOLDER = new URL("../server/store/migrations/", import.meta.url);

/** Names of an engine's migrations in their order: each but the last is the end of an earlier schema. */
export function migrationNames(engine: "clickhouse" | "postgres"): string[] {
  return readdirSync(new URL(engine, FOLDER))
    .filter((name) => name.endsWith(".sql"))
    .map((name) => name.replace(/\.sql$/, ""))
    .sort();
}

function fileOf(engine: string, name: string): { sql: string; sha256: string } {
  const sql = readFileSync(new URL(`${engine}/${name}.sql`, FOLDER), "utf8");
  return { sql, sha256: createHash("sha256").update(sql).digest("hex") };
}

/** Brings an empty engine to where a version with these migrations left it. */
export async function applyToPostgres(postgres: Postgres, names: readonly string[]): Promise<void> {
  await postgres.command(
    "CREATE TABLE migrations (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
  );
  for (const name of names) {
    const { sql, sha256 } = fileOf("postgres", name);
    await postgres.command(sql);
    await postgres.run("INSERT INTO migrations (name, sha256) VALUES ($1, $2)", [name, sha256]);
  }
}

export async function applyToClickHouse(clickhouse: ClickHouse, names: readonly string[]): Promise<void> {
  await clickhouse.command(`CREATE TABLE migrations (
    name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = ReplacingMergeTree(applied_at) ORDER BY name`);
  for (const name of names) {
    const { sql, sha256 } = fileOf("clickhouse", name);
    const single = sql.replaceAll("{cluster}", "").replaceAll("{replicated}", "");
    for (const statement of single.split(/;\s*$/m)) {
      if (statement.replace(/^\s*--.*$/gm, "").trim()) await clickhouse.command(statement);
    }
    await clickhouse.insertLines("migrations", JSON.stringify({ name, sha256 }));
  }
}
