import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { OptionError } from "../options.ts";
import { appliedMigrations, lockMigrations, recordMigration } from "./postgres/migrations.ts";
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
    const files = migrationFiles();
    const known = new Map(files.map((file) => [file.name, file]));
    const applied = new Set<string>();
    for (const row of await tx.ask(appliedMigrations, {})) {
      const file = known.get(row.name);
      if (!file) throw new OptionError(`The PostgreSQL data was written by a newer Tieout (migration ${row.name}).`);
      if (file.sha256 !== row.sha256) throw new OptionError(`Migration ${row.name} was changed after it was applied.`);
      applied.add(row.name);
    }
    const open = files.filter((file) => !applied.has(file.name));
    for (const file of open) {
      await tx.command(file.sql);
      await tx.ask(recordMigration, { name: file.name, sha256: file.sha256 });
    }
    return open.map((file) => file.name);
  });
}

function migrationFiles(): { name: string; sql: string; sha256: string }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, FOLDER), "utf8");
      return { name: name.replace(/\.sql$/, ""), sql, sha256: createHash("sha256").update(sql).digest("hex") };
    });
}
