import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** Requests that led to some runs, or whose run carries an ID. */
export const requestsTraced = defineQuestion({
  engine: "postgres",
  name: "trace.requests",
  params: z.object({ runIds: z.array(z.string()), correlationId: z.string().nullable() }),
  row: z.object({
    id: z.string(),
    act: z.string(),
    entity: z.string().nullable(),
    period: z.string().nullable(),
    state: z.string(),
    requestedBy: z.string(),
    requestedAt: InstantColumn,
    changedAt: InstantColumn,
    dispatchedAt: InstantColumn.nullable(),
    reason: z.string(),
    outcome: z.string().nullable(),
    jobName: z.string().nullable(),
  }),
  sql: `SELECT id, act, entity, period, state, requested_by_name AS "requestedBy", requested_at AS "requestedAt",
      changed_at AS "changedAt", dispatched_at AS "dispatchedAt", reason, outcome, job_name AS "jobName"
    FROM requests WHERE run_id = ANY($1::text[]) OR (correlation_id IS NOT NULL AND correlation_id = $2)
    ORDER BY id LIMIT 200`,
});

/** What people did to breaks of an entity and period under some rules. */
export const breakActs = defineQuestion({
  engine: "postgres",
  name: "trace.break-acts",
  params: z.object({ entity: z.string(), period: z.string(), rules: z.array(z.string()) }),
  row: z.object({
    id: z.string(),
    at: InstantColumn,
    who: z.string(),
    act: z.string(),
    amount: z.string(),
    unit: z.string(),
    hop: z.string(),
    account: z.string(),
    text: z.string(),
  }),
  sql: `SELECT breaks.id, at, by_name AS who, act, break_steps.amount, unit, hop, account, text
    FROM break_steps JOIN breaks ON breaks.id = break_id
    WHERE entity = $1 AND period = $2 AND rule = ANY($3::text[])
    ORDER BY sequence DESC LIMIT 200`,
});

/** Signatures under sign-offs of an entity and period. */
export const signaturesGiven = defineQuestion({
  engine: "postgres",
  name: "trace.signatures",
  params: z.object({ entity: z.string(), period: z.string() }),
  row: z.object({
    id: z.string(),
    at: InstantColumn,
    who: z.string(),
    role: z.string(),
    step: z.enum(["prepare", "review", "certify"]),
    title: z.string(),
  }),
  sql: `SELECT signoffs.id, at, person_name AS who, role, step, title
    FROM signatures JOIN signoffs ON signoffs.id = signoff_id
    WHERE entity = $1 AND period = $2 ORDER BY at DESC LIMIT 200`,
});
