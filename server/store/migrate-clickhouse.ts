import { OptionError } from "../options.ts";
import { appliedTables, clusterShards, migrationsTable, recordTables } from "./clickhouse/migrations.ts";
import type { ClickHouse } from "./clickhouse.ts";
import { notApplied } from "./migration-files.ts";

const FOLDER = new URL("./migrations/clickhouse/", import.meta.url);
const LEDGER = `CREATE TABLE IF NOT EXISTS migrations {cluster} (
  name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = {replicated}ReplacingMergeTree(applied_at) ORDER BY name`;

/**
 * Brings the tables up to this version, in the order of the files' numbers. Every statement may run twice, so a start
 * that was cut short is simply repeated. With a `cluster` tables are made on all its nodes, with replicated engines.
 * Throws when the data was written by a newer version, a file was changed after it was applied, or the cluster has shards.
 * Answers the names applied now.
 */
export async function migrateClickHouse(clickhouse: ClickHouse, cluster: string | null = null): Promise<string[]> {
  if (cluster) refuseShards(cluster, await clickhouse.ask(clusterShards, { cluster }));
  await clickhouse.command(filled(LEDGER, cluster));
  const open = notApplied(FOLDER, "ClickHouse", await clickhouse.ask(appliedTables, {}));
  for (const file of open) {
    for (const statement of statements(file.sql)) await clickhouse.command(filled(statement, cluster));
    await clickhouse.ask(recordTables, { name: file.name, sha256: file.sha256 });
  }
  return open.map((file) => file.name);
}

/** Every statement an empty engine is sent, in order, as it is sent. */
export function clickhouseStatements(cluster: string | null): string[] {
  const files = notApplied(FOLDER, "ClickHouse", []).flatMap(({ sql }) => statements(sql));
  return [LEDGER, ...files].map((statement) => filled(statement, cluster));
}

function filled(sql: string, cluster: string | null): string {
  return sql
    .replaceAll("{cluster}", cluster ? `ON CLUSTER '${cluster.replaceAll("'", "''")}'` : "")
    .replaceAll("{replicated}", cluster ? "Replicated" : "");
}

/**
 * Refuses a cluster whose shards would each hold a part, as nothing here asks more than one of them: a board would show what
 * one part knows as if it were everything. `docs/scaling.md` says what sharding would take.
 */
export function refuseShards(cluster: string, [found]: readonly { shards: number }[]): void {
  const shards = found?.shards ?? 0;
  if (shards === 1) return;
  throw new OptionError(
    shards === 0
      ? `CLICKHOUSE_CLUSTER=${cluster}: the server knows no cluster of this name. Name one of system.clusters, or leave it out.`
      : `CLICKHOUSE_CLUSTER=${cluster} has ${shards} shards; expected one, with as many replicas as you like.`,
  );
}

/** Names of the migrations not applied yet, looked up without changing anything. Throws as `migrateClickHouse` does. */
export async function pendingClickHouse(clickhouse: ClickHouse): Promise<string[]> {
  const [table] = await clickhouse.ask(migrationsTable, {});
  const applied = table?.exists ? await clickhouse.ask(appliedTables, {}) : [];
  return notApplied(FOLDER, "ClickHouse", applied).map(({ name }) => name);
}

/** Statements end with a semicolon at the end of a line. */
function statements(sql: string): string[] {
  return sql.split(/;\s*$/m).filter((statement) => statement.replace(/^\s*--.*$/gm, "").trim() !== "");
}
