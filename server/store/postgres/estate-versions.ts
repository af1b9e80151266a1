import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** Keeps a loaded version unless it is the one already in force; answers a row only when it was kept. `files` is JSON text. */
export const recordEstateVersion = defineQuestion({
  engine: "postgres",
  name: "estate-version.record",
  params: z.object({
    id: z.string(),
    estate: z.string(),
    hash: z.string(),
    files: z.string(),
    loadedAt: Instant,
  }),
  row: z.object({ id: z.string() }),
  sql: `INSERT INTO estate_versions (id, estate, hash, files, loaded_at)
    SELECT $1, $2, $3, $4::jsonb, $5::timestamptz
    WHERE $3 IS DISTINCT FROM (
      SELECT hash FROM estate_versions WHERE estate = $2 ORDER BY loaded_at DESC, id DESC LIMIT 1
    )
    RETURNING id`,
});

/** Versions newest first. */
export const estateVersions = defineQuestion({
  engine: "postgres",
  name: "estate-version.list",
  params: z.object({ estate: z.string() }),
  row: z.object({ id: z.string(), hash: z.string(), loadedAt: InstantColumn }),
  sql: `SELECT id, hash, loaded_at AS "loadedAt" FROM estate_versions WHERE estate = $1
    ORDER BY loaded_at DESC, id DESC`,
});

/** The files of every version, oldest first; JSON text of what was handed to `recordEstateVersion`. */
export const estateVersionFiles = defineQuestion({
  engine: "postgres",
  name: "estate-version.files",
  params: z.object({ estate: z.string() }),
  row: z.object({ hash: z.string(), loadedAt: InstantColumn, files: z.string() }),
  sql: `SELECT hash, loaded_at AS "loadedAt", files::text AS files FROM estate_versions WHERE estate = $1
    ORDER BY loaded_at, id`,
});
