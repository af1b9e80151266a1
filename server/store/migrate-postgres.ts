import { notApplied } from "./migration-files.ts";
import { appliedMigrations, lockMigrations, migrationsTable, recordMigration } from "./postgres/migrations.ts";
import type { Postgres } from "./postgres.ts";

const FOLDER = new URL("./migrations/postgres/", import.meta.url);
const LEDGER = `CREATE TABLE IF NOT EXISTS migrations (
  name text PRIMARY KEY,
  sha256 text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

/**
 * Brings the tables up to this version, in the order of the files' numbers, all or nothing; several processes starting
 * together wait for each other. Throws when the data was written by a newer version or a file was changed after it was
 * applied. Answers the names applied now.
 */
export async function migratePostgres(postgres: Postgres): Promise<string[]> {
  return postgres.transaction(async (tx) => {
    await tx.ask(lockMigrations, {});
    await tx.command(LEDGER);
    const open = notApplied(FOLDER, "PostgreSQL", await tx.ask(appliedMigrations, {}));
    for (const file of open) {
      await tx.command(file.sql);
      await tx.ask(recordMigration, { name: file.name, sha256: file.sha256 });
    }
    return open.map((file) => file.name);
  });
}

/** Names of the migrations not applied yet, looked up without changing anything. Throws as `migratePostgres` does. */
export async function pendingPostgres(postgres: Postgres): Promise<string[]> {
  const [table] = await postgres.ask(migrationsTable, {});
  const applied = table?.exists ? await postgres.ask(appliedMigrations, {}) : [];
  return notApplied(FOLDER, "PostgreSQL", applied).map(({ name }) => name);
}
