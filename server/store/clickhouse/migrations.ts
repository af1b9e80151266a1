import * as z from "zod";
import { defineQuestion } from "../question.ts";

/** The engine of the table of migrations; none before any ran. */
export const migrationsTable = defineQuestion({
  engine: "clickhouse",
  name: "migration.table",
  params: z.object({}),
  row: z.object({ engine: z.string() }),
  sql: "SELECT engine FROM system.tables WHERE database = currentDatabase() AND name = 'migrations'",
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
