import * as z from "zod";
import { defineQuestion } from "../question.ts";

/** Held until the transaction ends. */
export const lockMigrations = defineQuestion({
  engine: "postgres",
  name: "migration.lock",
  params: z.object({}),
  row: z.unknown(),
  sql: "SELECT pg_advisory_xact_lock(74310001)",
});

/** Whether any migration ever ran. */
export const migrationsTable = defineQuestion({
  engine: "postgres",
  name: "migration.table",
  params: z.object({}),
  row: z.object({ exists: z.boolean() }),
  sql: `SELECT to_regclass('migrations') IS NOT NULL AS "exists"`,
});

export const appliedMigrations = defineQuestion({
  engine: "postgres",
  name: "migration.applied",
  params: z.object({}),
  row: z.object({ name: z.string(), sha256: z.string() }),
  sql: "SELECT name, sha256 FROM migrations ORDER BY name",
});

export const recordMigration = defineQuestion({
  engine: "postgres",
  name: "migration.record",
  params: z.object({ name: z.string(), sha256: z.string() }),
  row: z.never(),
  sql: "INSERT INTO migrations (name, sha256) VALUES ($1, $2)",
});
