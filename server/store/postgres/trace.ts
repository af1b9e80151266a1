import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** Steps of requests that led to some runs, or whose run carries an ID, each with the request it is of. */
export const requestsTraced = defineQuestion({
  engine: "postgres",
  name: "trace.requests",
  params: z.object({ runIds: z.array(z.string()), correlationId: z.string().nullable() }),
  row: z.object({
    id: z.string(),
    title: z.string(),
    entities: z.array(z.string()),
    entity: z.string().nullable(),
    period: z.string().nullable(),
    requestedBy: z.string(),
    requestedAt: InstantColumn,
    reason: z.string(),
    stepState: z.string(),
    dispatchedAt: InstantColumn.nullable(),
    endedAt: InstantColumn.nullable(),
    outcome: z.string().nullable(),
    jobName: z.string().nullable(),
  }),
  sql: `SELECT r.id, r.title, r.entities, coalesce(s.entity, r.entity) AS entity,
      coalesce(s.period, r.period) AS period, r.requested_by_name AS "requestedBy", r.requested_at AS "requestedAt",
      r.reason, s.state AS "stepState", s.dispatched_at AS "dispatchedAt", s.ended_at AS "endedAt", s.outcome,
      s.job_name AS "jobName"
    FROM request_steps s JOIN requests r ON r.id = s.request_id
    WHERE s.run_id = ANY($1::text[]) OR (s.correlation_id IS NOT NULL AND s.correlation_id = $2)
    ORDER BY r.id, s.ordinal LIMIT 200`,
});

/** Who approved or rejected some requests. */
export const approvalsGiven = defineQuestion({
  engine: "postgres",
  name: "trace.approvals",
  params: z.object({ requests: z.array(z.string()) }),
  row: z.object({
    id: z.string(),
    at: InstantColumn,
    who: z.string(),
    role: z.string(),
    decision: z.string(),
    statement: z.string(),
  }),
  sql: `SELECT request_id AS id, at, person_name AS who, role, decision, statement FROM request_approvals
    WHERE request_id = ANY($1::text[]) ORDER BY at LIMIT 500`,
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
