import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

/** Whether any migration ever ran. */
export const migrationsTable = defineQuestion({
  engine: "clickhouse",
  name: "migration.table",
  params: z.object({}),
  row: z.object({ exists: z.coerce.boolean() }),
  sql: "SELECT count() > 0 AS exists FROM system.tables WHERE database = currentDatabase() AND name = 'migrations'",
});

/** Migrations that ran, each once. */
export const appliedTables = defineQuestion({
  engine: "clickhouse",
  name: "migration.applied",
  params: z.object({}),
  row: z.object({ name: z.string(), sha256: z.string() }),
  sql: "SELECT name, argMax(sha256, applied_at) AS sha256 FROM migrations GROUP BY name ORDER BY name",
});

export const recordTables = defineQuestion({
  engine: "clickhouse",
  name: "migration.record",
  params: z.object({ name: z.string(), sha256: z.string() }),
  row: z.never(),
  sql: "INSERT INTO migrations (name, sha256) SELECT {name:String}, {sha256:String}",
});

/** How many shards a cluster has; none where the server knows no such cluster. */
export const clusterShards = defineQuestion({
  engine: "clickhouse",
  name: "cluster.shards",
  params: z.object({ cluster: z.string() }),
  row: z.object({ shards: CountColumn }),
  sql: "SELECT uniqExact(shard_num) AS shards FROM system.clusters WHERE cluster = {cluster:String}",
});
