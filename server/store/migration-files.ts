import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { OptionError } from "../options.ts";

export interface MigrationFile {
  /** The file's name without its ending: `004-requests`. */
  name: string;
  sql: string;
  sha256: string;
}

/**
 * The files of a folder that were not applied yet, in the order of their numbers. Throws when the data was written by a
 * newer version, or a file was changed after it was applied.
 */
export function notApplied(
  folder: URL,
  engine: string,
  applied: readonly { name: string; sha256: string }[],
): MigrationFile[] {
  const files = migrationFiles(folder);
  const known = new Map(files.map((file) => [file.name, file]));
  for (const row of applied) {
    const file = known.get(row.name);
    if (!file) throw new OptionError(`The ${engine} data was written by a newer Tieout (migration ${row.name}).`);
    if (file.sha256 !== row.sha256) throw new OptionError(`Migration ${row.name} was changed after it was applied.`);
  }
  const done = new Set(applied.map(({ name }) => name));
  return files.filter(({ name }) => !done.has(name));
}

function migrationFiles(folder: URL): MigrationFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, folder), "utf8");
      return { name: name.replace(/\.sql$/, ""), sql, sha256: createHash("sha256").update(sql).digest("hex") };
    });
}
