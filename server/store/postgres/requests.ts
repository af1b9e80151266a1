import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { RequestRow } from "../../../schemas/wire/live.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** A request as kept: what the console sees, and what driving the vendor needs. */
export const StoredRequest = RequestRow.omit({ kind: true }).extend({
  requestedAt: InstantColumn,
  changedAt: InstantColumn,
  requestedById: z.string(),
  vendorRunKey: z.string().nullable(),
  jobName: z.string().nullable(),
  dispatchedAt: InstantColumn.nullable(),
  heldUntil: InstantColumn.nullable(),
});
export type StoredRequest = z.infer<typeof StoredRequest>;

const COLUMNS = `id, act, flow, entity, period, dataset, state, requested_by AS "requestedById",
  requested_by_name AS "requestedBy", requested_at AS "requestedAt", changed_at AS "changedAt", reason,
  correlation_id AS "correlationId", run_id AS "runId", outcome, vendor_run_key AS "vendorRunKey",
  job_name AS "jobName", dispatched_at AS "dispatchedAt", held_until AS "heldUntil"`;

const Target = { flow: z.string(), entity: z.string(), period: z.string(), dataset: z.string() };

/** Answers no row where the same is under way, or the same person used the same idempotency key before. */
export const insertRequest = defineQuestion({
  engine: "postgres",
  name: "request.insert",
  params: z.object({
    id: z.string(),
    act: RequestRow.shape.act,
    ...Target,
    reason: z.string(),
    requestedById: z.string(),
    requestedBy: z.string(),
    at: Instant,
    idempotencyKey: z.string().nullable(),
  }),
  row: StoredRequest,
  sql: `INSERT INTO requests (id, act, flow, entity, period, dataset, reason, state, requested_by, requested_by_name,
      requested_at, changed_at, idempotency_key)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'requested', $8, $9, $10, $10, $11)
    ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
});

export const requestUnderWay = defineQuestion({
  engine: "postgres",
  name: "request.under-way",
  params: z.object(Target),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests WHERE flow = $1 AND entity = $2 AND period = $3 AND dataset = $4
    AND state IN ('requested', 'dispatched', 'running')`,
});

export const requestByIdempotencyKey = defineQuestion({
  engine: "postgres",
  name: "request.by-idempotency-key",
  params: z.object({ requestedById: z.string(), idempotencyKey: z.string() }),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests WHERE requested_by = $1 AND idempotency_key = $2`,
});

export const requestById = defineQuestion({
  engine: "postgres",
  name: "request.by-id",
  params: z.object({ id: z.string() }),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests WHERE id = $1`,
});

/** Takes a request for this process alone, for two minutes of real time; no row where another has it or it went on. */
export const holdRequest = defineQuestion({
  engine: "postgres",
  name: "request.hold",
  params: z.object({ id: z.string() }),
  row: StoredRequest,
  sql: `UPDATE requests SET held_until = now() + interval '2 minutes'
    WHERE id = $1 AND state = 'requested' AND (held_until IS NULL OR held_until < now()) RETURNING ${COLUMNS}`,
});

/** Gives up every hold; right only where no other process can have one. */
export const releaseHolds = defineQuestion({
  engine: "postgres",
  name: "request.release-holds",
  params: z.object({}),
  row: z.never(),
  sql: "UPDATE requests SET held_until = NULL WHERE state = 'requested'",
});

export const markDispatched = defineQuestion({
  engine: "postgres",
  name: "request.dispatched",
  params: z.object({
    id: z.string(),
    at: Instant,
    runId: z.string(),
    vendorRunKey: z.string(),
    jobName: z.string(),
    correlationId: z.string(),
  }),
  row: StoredRequest,
  sql: `UPDATE requests SET state = 'dispatched', changed_at = $2, dispatched_at = $2, run_id = $3,
      vendor_run_key = $4, job_name = $5, correlation_id = $6, held_until = NULL
    WHERE id = $1 AND state = 'requested' RETURNING ${COLUMNS}`,
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
  sql: `UPDATE requests SET state = $3, changed_at = $4, outcome = $5, held_until = NULL
    WHERE id = $1 AND state = ANY($2::text[]) RETURNING ${COLUMNS}`,
});

/** Puts what the run itself said it carries in the place of what was expected of it. */
export const correlateRequest = defineQuestion({
  engine: "postgres",
  name: "request.correlate",
  params: z.object({ id: z.string(), correlationId: z.string() }),
  row: z.never(),
  sql: "UPDATE requests SET correlation_id = $2 WHERE id = $1",
});

/** Requests waiting for one of these runs. */
export const requestsOfRuns = defineQuestion({
  engine: "postgres",
  name: "request.of-runs",
  params: z.object({ runIds: z.array(z.string()) }),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests WHERE run_id = ANY($1::text[]) AND state IN ('dispatched', 'running')`,
});

export const openRequests = defineQuestion({
  engine: "postgres",
  name: "request.open",
  params: z.object({}),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests WHERE state IN ('requested', 'dispatched', 'running') ORDER BY id`,
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
  }),
  row: StoredRequest,
  sql: `SELECT ${COLUMNS} FROM requests
    WHERE ($1::text IS NULL OR id < $1)
      AND ($3::text[] IS NULL OR entity = ANY($3))
      AND ($4::text IS NULL OR flow = $4)
      AND ($5::text IS NULL OR period = $5)
      AND ($6::text IS NULL OR state = $6)
    ORDER BY id DESC LIMIT $2`,
});
