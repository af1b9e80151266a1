import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

const HoldRow = z.object({
  id: z.string(),
  title: z.string(),
  reason: z.string(),
  period: z.string().nullable(),
  entity: z.string().nullable(),
  flow: z.string().nullable(),
  placedBy: z.string(),
  placedAt: InstantColumn,
  releasedBy: z.string().nullable(),
  releasedAt: InstantColumn.nullable(),
  releaseReason: z.string().nullable(),
});

const COLUMNS = `id, title, reason, period, entity, flow, placed_by AS "placedBy", placed_at AS "placedAt",
    released_by AS "releasedBy", released_at AS "releasedAt", release_reason AS "releaseReason"`;

/** Holds in force first, then the released, newest first. */
export const legalHolds = defineQuestion({
  engine: "postgres",
  name: "legal-hold.list",
  params: z.object({}),
  row: HoldRow,
  sql: `SELECT ${COLUMNS} FROM legal_holds ORDER BY released_at IS NOT NULL, placed_at DESC, id`,
});

export const insertLegalHold = defineQuestion({
  engine: "postgres",
  name: "legal-hold.insert",
  params: z.object({
    id: z.string(),
    title: z.string(),
    reason: z.string(),
    period: z.string().nullable(),
    entity: z.string().nullable(),
    flow: z.string().nullable(),
    placedBy: z.string(),
    placedAt: z.string(),
  }),
  row: HoldRow,
  sql: `INSERT INTO legal_holds (id, title, reason, period, entity, flow, placed_by, placed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz) RETURNING ${COLUMNS}`,
});

/** Answers no row where there is no such hold in force. */
export const releaseLegalHold = defineQuestion({
  engine: "postgres",
  name: "legal-hold.release",
  params: z.object({ id: z.string(), releasedBy: z.string(), releasedAt: z.string(), reason: z.string() }),
  row: HoldRow,
  sql: `UPDATE legal_holds SET released_by = $2, released_at = $3::timestamptz, release_reason = $4
    WHERE id = $1 AND released_at IS NULL RETURNING ${COLUMNS}`,
});
