import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { RequestRow } from "../../../schemas/wire/live.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** A request as kept: what the console sees, and what carrying it out needs. */
export const StoredRequest = RequestRow.omit({ kind: true, progress: true, approval: true }).extend({
  requestedAt: InstantColumn,
  changedAt: InstantColumn,
  expiresAt: InstantColumn.nullable(),
  approvedAt: InstantColumn.nullable(),
  requestedById: z.string(),
  /** The mailbox of whoever asked, or `key:` and who made the key. */
  requester: z.string().nullable(),
  /** JSON of what was asked for. */
  wish: z.string(),
  digest: z.string().nullable(),
  approvalsNeeded: z.int(),
  approverRole: z.string().nullable(),
  brokenGlass: z.boolean(),
  cancelling: z.boolean(),
  stepsTotal: z.int(),
});
export type StoredRequest = z.infer<typeof StoredRequest>;

/** The same with how far its steps and approvals are. */
export const CountedRequest = StoredRequest.extend({
  stepsDone: z.int(),
  stepsUnderWay: z.int(),
  stepsAsking: z.int(),
  stepsFailed: z.int(),
  approvalsGiven: z.int(),
  /** Every period it is of; none where a part of it is of no period. */
  periods: z.array(z.string()),
});
export type CountedRequest = z.infer<typeof CountedRequest>;

const COLUMNS = `r.id, r.act, r.title, r.class, r.flow, r.entity, r.period, r.dataset, r.entities, r.state,
  r.requested_by AS "requestedById", r.requested_by_name AS "requestedBy", r.requester, r.requested_at AS "requestedAt",
  r.changed_at AS "changedAt", r.reason, r.correlation_id AS "correlationId", r.run_id AS "runId", r.outcome, r.wish,
  r.digest, r.approvals_needed AS "approvalsNeeded", r.approver_role AS "approverRole", r.expires_at AS "expiresAt",
  r.approved_at AS "approvedAt", r.broken_glass AS "brokenGlass", r.cancelling, r.held_by AS "heldBy", r.schedule,
  r.steps_total AS "stepsTotal"`;

const PERIODS = `CASE WHEN r.period IS NOT NULL THEN ARRAY[r.period] ELSE coalesce((SELECT array_agg(DISTINCT period)
    FROM request_steps WHERE request_id = r.id HAVING count(*) = count(period)), '{}') END`;
const COUNTED = `${COLUMNS}, ${PERIODS} AS periods, s."stepsDone", s."stepsUnderWay", s."stepsAsking", s."stepsFailed",
  (SELECT count(*)::int FROM request_approvals a WHERE a.request_id = r.id AND a.decision = 'approve') AS "approvalsGiven"`;
const COUNTS = `CROSS JOIN LATERAL (SELECT
    count(*) FILTER (WHERE state IN ('done', 'skipped'))::int AS "stepsDone",
    count(*) FILTER (WHERE state IN ('claimed', 'dispatched', 'running', 'verifying'))::int AS "stepsUnderWay",
    count(*) FILTER (WHERE state = 'asking')::int AS "stepsAsking",
    count(*) FILTER (WHERE state = 'failed' AND resolution IS NULL)::int AS "stepsFailed"
  FROM request_steps WHERE request_id = r.id) s`;

const Target = { flow: z.string(), entity: z.string(), period: z.string(), dataset: z.string() };

/** Answers no row where the same load is under way, or the same person used the same idempotency key before. */
export const insertRequest = defineQuestion({
  engine: "postgres",
  name: "request.insert",
  params: z.object({
    id: z.string(),
    act: RequestRow.shape.act,
    title: z.string(),
    class: RequestRow.shape.class,
    flow: z.string().nullable(),
    entity: z.string().nullable(),
    period: z.string().nullable(),
    dataset: z.string().nullable(),
    entities: z.array(z.string()),
    reason: z.string(),
    state: RequestRow.shape.state,
    requestedById: z.string(),
    requestedBy: z.string(),
    requester: z.string().nullable(),
    at: Instant,
    idempotencyKey: z.string().nullable(),
    wish: z.string(),
    plan: z.string(),
    digest: z.string(),
    policy: z.string(),
    approvalsNeeded: z.int(),
    approverRole: z.string().nullable(),
    expiresAt: Instant.nullable(),
    schedule: z.string().nullable(),
    stepsTotal: z.int(),
    before: z.string(),
  }),
  row: StoredRequest,
  sql: `INSERT INTO requests AS r (id, act, title, class, flow, entity, period, dataset, entities, reason, state, requested_by,
      requested_by_name, requester, requested_at, changed_at, idempotency_key, wish, plan, digest, policy, approvals_needed,
      approver_role, expires_at, schedule, steps_total, before)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, $17, $18, $19, $20, $21, $22, $23,
      $24, $25, $26)
    ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
});

export const requestUnderWay = defineQuestion({
  engine: "postgres",
  name: "request.under-way",
  params: z.object(Target),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests r WHERE flow = $1 AND entity = $2 AND period = $3 AND dataset = $4
    AND act = 'sync' AND state IN ('waiting', 'requested', 'dispatched', 'running', 'paused')`,
});

export const requestByIdempotencyKey = defineQuestion({
  engine: "postgres",
  name: "request.by-idempotency-key",
  params: z.object({ requestedById: z.string(), idempotencyKey: z.string() }),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests r WHERE requested_by = $1 AND idempotency_key = $2`,
});

export const requestById = defineQuestion({
  engine: "postgres",
  name: "request.by-id",
  params: z.object({ id: z.string() }),
  row: CountedRequest,
  sql: `SELECT ${COUNTED} FROM requests r ${COUNTS} WHERE r.id = $1`,
});

/** The same, and nobody else changes it until this transaction ends. */
export const lockRequest = defineQuestion({
  engine: "postgres",
  name: "request.lock",
  params: z.object({ id: z.string() }),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests r WHERE id = $1 FOR UPDATE`,
});

/** What was planned, and how things stood before and after; JSON texts. */
export const requestPapers = defineQuestion({
  engine: "postgres",
  name: "request.papers",
  params: z.object({ id: z.string() }),
  row: z.object({ plan: z.string().nullable(), before: z.string().nullable(), report: z.string().nullable() }),
  sql: "SELECT plan, before, report FROM requests WHERE id = $1",
});

export const keepReport = defineQuestion({
  engine: "postgres",
  name: "request.keep-report",
  params: z.object({ id: z.string(), report: z.string() }),
  row: z.object({ id: z.string() }),
  sql: "UPDATE requests SET report = $2 WHERE id = $1 AND report IS DISTINCT FROM $2 RETURNING id",
});

/** Moves a request on from one of the states given; no row where it is in none of them. */
export const moveRequest = defineQuestion({
  engine: "postgres",
  name: "request.move",
  params: z.object({
    id: z.string(),
    from: z.array(RequestRow.shape.state),
    to: RequestRow.shape.state,
    at: Instant,
    outcome: z.string().nullable(),
  }),
  row: StoredRequest,
  sql: `UPDATE requests r SET state = $3, changed_at = $4, outcome = $5, held_by = NULL
    WHERE id = $1 AND state = ANY($2::text[]) RETURNING ${COLUMNS}`,
});

/** Marks what the one step of a request is known by. */
export const nameRun = defineQuestion({
  engine: "postgres",
  name: "request.name-run",
  params: z.object({ id: z.string(), runId: z.string().nullable(), correlationId: z.string().nullable() }),
  row: z.never(),
  sql: "UPDATE requests SET run_id = coalesce($2, run_id), correlation_id = coalesce($3, correlation_id) WHERE id = $1",
});

/** Sets what a request waits for, or that it is being cancelled, or approved. */
export const holdRequest = defineQuestion({
  engine: "postgres",
  name: "request.hold",
  params: z.object({ id: z.string(), heldBy: z.string().nullable() }),
  row: z.object({ id: z.string() }),
  sql: "UPDATE requests SET held_by = $2 WHERE id = $1 AND held_by IS DISTINCT FROM $2 RETURNING id",
});

export const markCancelling = defineQuestion({
  engine: "postgres",
  name: "request.cancelling",
  params: z.object({ id: z.string() }),
  row: z.never(),
  sql: "UPDATE requests SET cancelling = true WHERE id = $1",
});

export const approveRequest = defineQuestion({
  engine: "postgres",
  name: "request.approve",
  params: z.object({ id: z.string(), at: Instant, expiresAt: Instant.nullable(), brokenGlass: z.boolean() }),
  row: StoredRequest,
  sql: `UPDATE requests r SET state = 'requested', changed_at = $2, approved_at = $2, expires_at = $3, broken_glass = $4
    WHERE id = $1 AND state = 'waiting' RETURNING ${COLUMNS}`,
});

/** Everything that has not ended, oldest first. */
export const openRequests = defineQuestion({
  engine: "postgres",
  name: "request.open",
  params: z.object({}),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests r WHERE state IN ('waiting', 'requested', 'dispatched', 'running') ORDER BY id`,
});

/** Newest first, filtered; ids grow with time, so `before` is the id a page ends ahead of. `entities` null is all. */
export const requestPage = defineQuestion({
  engine: "postgres",
  name: "request.page",
  params: z.object({
    before: z.string().nullable(),
    limit: z.int(),
    entities: z.array(z.string()).nullable(),
    flow: z.string().nullable(),
    period: z.string().nullable(),
    state: z.string().nullable(),
    /** Periods somebody's sight is limited to; what is of none or of others too is not among them. */
    sight: z.array(z.string()).nullable(),
  }),
  row: CountedRequest,
  sql: `SELECT ${COUNTED} FROM (SELECT * FROM requests r
      WHERE ($1::text IS NULL OR id < $1)
        AND ($3::text[] IS NULL OR entities <@ $3)
        AND ($4::text IS NULL OR flow = $4)
        AND ($5::text IS NULL OR period = $5)
        AND ($6::text IS NULL OR state = $6)
        AND ($7::text[] IS NULL OR (${PERIODS} <> '{}' AND ${PERIODS} <@ $7))
      ORDER BY id DESC LIMIT $2) r ${COUNTS}
    ORDER BY r.id DESC`,
});
