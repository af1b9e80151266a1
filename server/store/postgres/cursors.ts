import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** How far a system has been read; no row before its first poll. */
export const readCursor = defineQuestion({
  engine: "postgres",
  name: "cursor.read",
  params: z.object({ system: z.string() }),
  row: z.object({ cursor: z.unknown(), savedAt: InstantColumn }),
  sql: 'SELECT cursor, saved_at AS "savedAt" FROM cursors WHERE system = $1',
});

/** Saves how far a system has been read; `cursor` is JSON text. */
export const saveCursor = defineQuestion({
  engine: "postgres",
  name: "cursor.save",
  params: z.object({ system: z.string(), cursor: z.string() }),
  row: z.never(),
  sql: `INSERT INTO cursors (system, cursor) VALUES ($1, $2::jsonb)
    ON CONFLICT (system) DO UPDATE SET cursor = excluded.cursor, saved_at = now()`,
});
