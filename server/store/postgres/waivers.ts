import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { Waiver, WaiverKind } from "../../../schemas/wire/signoff.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** A waiver as kept; `granter` is the person whatever account they used. */
export const StoredWaiver = Waiver.omit({ grantedBy: true }).extend({
  granter: z.string(),
  grantedById: z.string(),
  grantedByName: z.string(),
  grantedAt: InstantColumn,
  expiresAt: InstantColumn,
  endedAt: InstantColumn.nullable(),
});
export type StoredWaiver = z.infer<typeof StoredWaiver>;

const COLUMNS = `id, waives, entity, period, milestone, reason, granter, granted_by AS "grantedById",
  granted_by_name AS "grantedByName", granted_at AS "grantedAt", expires_at AS "expiresAt", state,
  ended_at AS "endedAt", ended_by AS "endedBy", end_reason AS "endReason"`;

/** Answers no row where the same is waived already. */
export const insertWaiver = defineQuestion({
  engine: "postgres",
  name: "waiver.insert",
  params: z.object({
    id: z.string(),
    waives: WaiverKind,
    entity: z.string(),
    period: z.string(),
    milestone: z.string(),
    reason: z.string(),
    granter: z.string(),
    grantedById: z.string(),
    grantedByName: z.string(),
    at: Instant,
    expiresAt: Instant,
  }),
  row: StoredWaiver,
  sql: `INSERT INTO waivers (id, waives, entity, period, milestone, reason, granter, granted_by, granted_by_name,
      granted_at, expires_at, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'in-force') ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
});

/** Ends a waiver in force; no row where it has ended already. */
export const endWaiver = defineQuestion({
  engine: "postgres",
  name: "waiver.end",
  params: z.object({
    id: z.string(),
    to: z.enum(["expired", "withdrawn"]),
    at: Instant,
    by: z.string(),
    reason: z.string().nullable(),
  }),
  row: StoredWaiver,
  sql: `UPDATE waivers SET state = $2, ended_at = $3, ended_by = $4, end_reason = $5
    WHERE id = $1 AND state = 'in-force' RETURNING ${COLUMNS}`,
});

export const waiverById = defineQuestion({
  engine: "postgres",
  name: "waiver.by-id",
  params: z.object({ id: z.string() }),
  row: StoredWaiver,
  sql: `SELECT ${COLUMNS} FROM waivers WHERE id = $1`,
});

/** Waivers of a period that nobody withdrew, oldest first. */
export const waiversOfPeriod = defineQuestion({
  engine: "postgres",
  name: "waiver.of-period",
  params: z.object({ period: z.string() }),
  row: StoredWaiver,
  sql: `SELECT ${COLUMNS} FROM waivers WHERE period = $1 AND state <> 'withdrawn' ORDER BY id`,
});

/** Waivers in force whose time is over. */
export const waiversOver = defineQuestion({
  engine: "postgres",
  name: "waiver.over",
  params: z.object({ now: Instant }),
  row: StoredWaiver,
  sql: `SELECT ${COLUMNS} FROM waivers WHERE state = 'in-force' AND expires_at <= $1 ORDER BY id`,
});

/** Newest first, filtered; `entities` null is all. */
export const waiverPage = defineQuestion({
  engine: "postgres",
  name: "waiver.page",
  params: z.object({
    before: z.string().nullable(),
    limit: z.int(),
    entities: z.array(z.string()).nullable(),
    period: z.string().nullable(),
    state: z.string().nullable(),
  }),
  row: StoredWaiver,
  sql: `SELECT ${COLUMNS} FROM waivers
    WHERE ($1::text IS NULL OR id < $1)
      AND ($3::text[] IS NULL OR entity = ANY($3))
      AND ($4::text IS NULL OR period = $4)
      AND ($5::text IS NULL OR state = $5)
    ORDER BY id DESC LIMIT $2`,
});
