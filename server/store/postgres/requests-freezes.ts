import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

export const StoredFreeze = z.object({
  id: z.string(),
  title: z.string(),
  scope: z.enum(["budget", "flow", "everything"]),
  flows: z.array(z.string()),
  reason: z.string(),
  by: z.string(),
  fromAt: InstantColumn,
  untilAt: InstantColumn.nullable(),
});
export type StoredFreeze = z.infer<typeof StoredFreeze>;

const COLUMNS = `id, title, scope, flows, reason, made_by AS by, from_at AS "fromAt", until_at AS "untilAt"`;

/** The id is that of the step that makes it, so that making it again changes nothing. */
export const insertFreeze = defineQuestion({
  engine: "postgres",
  name: "freeze.insert",
  params: z.object({
    id: z.string(),
    title: z.string(),
    scope: StoredFreeze.shape.scope,
    flows: z.array(z.string()),
    reason: z.string(),
    by: z.string(),
    fromAt: Instant,
    untilAt: Instant.nullable(),
    requestId: z.string(),
  }),
  row: StoredFreeze,
  sql: `INSERT INTO freezes (id, title, scope, flows, reason, made_by, from_at, until_at, request_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
});

export const standingFreezes = defineQuestion({
  engine: "postgres",
  name: "freeze.standing",
  params: z.object({ at: Instant }),
  row: StoredFreeze,
  sql: `SELECT ${COLUMNS} FROM freezes WHERE lifted_at IS NULL AND (until_at IS NULL OR until_at > $1) ORDER BY from_at, id`,
});

/** Lifts one freeze by its id, or those of a flow, or all. */
export const liftFreezes = defineQuestion({
  engine: "postgres",
  name: "freeze.lift",
  params: z.object({ id: z.string().nullable(), flow: z.string().nullable(), at: Instant, by: z.string() }),
  row: StoredFreeze,
  sql: `UPDATE freezes SET lifted_at = $3, lifted_by = $4
    WHERE lifted_at IS NULL AND ($1::text IS NULL OR id = $1) AND ($2::text IS NULL OR $2 = ANY(flows))
    RETURNING ${COLUMNS}`,
});

/** Takes up an occurrence of a schedule; no row where it was taken up before. */
export const takeOccurrence = defineQuestion({
  engine: "postgres",
  name: "schedule.take",
  params: z.object({ schedule: z.string(), dueAt: Instant, place: z.string(), outcome: z.string() }),
  row: z.object({ schedule: z.string() }),
  sql: `INSERT INTO schedule_runs (schedule, due_at, place, outcome) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING schedule`,
});

export const closeOccurrence = defineQuestion({
  engine: "postgres",
  name: "schedule.close",
  params: z.object({
    schedule: z.string(),
    dueAt: Instant,
    place: z.string(),
    requestId: z.string().nullable(),
    outcome: z.string(),
  }),
  row: z.never(),
  sql: `UPDATE schedule_runs SET request_id = $4, outcome = $5 WHERE schedule = $1 AND due_at = $2 AND place = $3`,
});

/** The last occurrence of each schedule that was taken up. */
export const lastOccurrences = defineQuestion({
  engine: "postgres",
  name: "schedule.last",
  params: z.object({}),
  row: z.object({
    schedule: z.string(),
    dueAt: InstantColumn,
    requestId: z.string().nullable(),
    outcome: z.string(),
  }),
  sql: `SELECT DISTINCT ON (schedule) schedule, due_at AS "dueAt", request_id AS "requestId", outcome
    FROM schedule_runs ORDER BY schedule, due_at DESC, place`,
});
