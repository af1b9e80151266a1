import { OptionError } from "../options.ts";
import { keptInFront, staleFronts } from "./clickhouse/cluster.ts";
import { appliedTables, migrationsTable, recordTables } from "./clickhouse/migrations.ts";
import type { ClickHouse } from "./clickhouse.ts";
import { notApplied } from "./migration-files.ts";
import { behindStatement, frontStatement, onCluster, SPREAD_TABLES, type Spread } from "./shards.ts";

const FOLDER = new URL("./migrations/clickhouse/", import.meta.url);
const LEDGER = `CREATE TABLE IF NOT EXISTS migrations {cluster} (
  name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = {replicated}ReplacingMergeTree(applied_at) ORDER BY name`;

/**
 * Brings the tables up to this version, in the order of the files' numbers. Every statement may run twice, so a start
 * that was cut short is simply repeated. On a cluster tables are made on all its nodes, with replicated engines; where it
 * has more than one shard, in the database behind, and in front of each one over all shards.
 * Throws when the data was written by a newer version, a file was changed after it was applied, or the tables there are
 * were made for another number of shards. Answers the names applied now.
 */
export async function migrateClickHouse(clickhouse: ClickHouse): Promise<string[]> {
  const cluster = clickhouse.cluster?.name ?? null;
  const spread = clickhouse.cluster?.spread ?? null;
  if (!clickhouse.embedded) await refuseOtherForm(clickhouse);
  if (cluster && spread) await clickhouse.command(behindStatement(cluster, spread));
  await clickhouse.change(() => filled(LEDGER, cluster));
  if (cluster && spread) await makeFronts(clickhouse, cluster, spread);
  const open = notApplied(FOLDER, "ClickHouse", await clickhouse.ask(appliedTables, {}));
  for (const file of open) {
    for (const statement of statements(file.sql)) await clickhouse.change(() => filled(statement, cluster));
    await clickhouse.ask(recordTables, { name: file.name, sha256: file.sha256 });
  }
  if (cluster && spread) await makeFronts(clickhouse, cluster, spread);
  return open.map((file) => file.name);
}

/** Every statement an empty engine is sent, in order, as it is sent; those on tables that keep rows, to the database behind. */
export function clickhouseStatements(cluster: string | null): string[] {
  const files = notApplied(FOLDER, "ClickHouse", []).flatMap(({ sql }) => statements(sql));
  return [LEDGER, ...files].map((statement) => filled(statement, cluster));
}

function filled(sql: string, cluster: string | null): string {
  return sql
    .replaceAll("{cluster}", cluster ? onCluster(cluster) : "")
    .replaceAll("{replicated}", cluster ? "Replicated" : "");
}

/** Gives each table behind that has none a table of its name over all shards, and each that changed another. */
async function makeFronts(clickhouse: ClickHouse, cluster: string, spread: Spread): Promise<void> {
  for (const { name } of await clickhouse.ask(staleFronts, { tables: SPREAD_TABLES, ...spread })) {
    await clickhouse.command(frontStatement(cluster, spread, name));
  }
}

/** Tables made for one shard show one shard's rows, and tables over several are not emptied by who takes them for one. */
async function refuseOtherForm(clickhouse: ClickHouse): Promise<void> {
  const { cluster } = clickhouse;
  if (cluster?.spread) {
    const [kept] = await clickhouse.ask(keptInFront, { tables: SPREAD_TABLES });
    if (!kept) return;
    throw new OptionError(
      `CLICKHOUSE_CLUSTER=${cluster.name} has several shards, and the tables in ${cluster.spread.front} were made for one. ` +
        `Name an empty database in CLICKHOUSE_URL and copy them over: docs/operations.md, "From one shard to several".`,
    );
  }
  const [ledger] = await clickhouse.ask(migrationsTable, {});
  if (ledger?.engine !== "Distributed") return;
  throw new OptionError(
    "The tables at CLICKHOUSE_URL are spread over the shards of a cluster. Name it in CLICKHOUSE_CLUSTER, as when they were made.",
  );
}

/** Names of the migrations not applied yet, looked up without changing anything. Throws as `migrateClickHouse` does. */
export async function pendingClickHouse(clickhouse: ClickHouse): Promise<string[]> {
  const [table] = await clickhouse.ask(migrationsTable, {});
  const applied = table ? await clickhouse.ask(appliedTables, {}) : [];
  return notApplied(FOLDER, "ClickHouse", applied).map(({ name }) => name);
}

/** Statements end with a semicolon at the end of a line. */
function statements(sql: string): string[] {
  return sql.split(/;\s*$/m).filter((statement) => statement.replace(/^\s*--.*$/gm, "").trim() !== "");
}
