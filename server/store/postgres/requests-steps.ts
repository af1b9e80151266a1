import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { StepKind } from "../../../schemas/wire/plan.ts";
import { StepFault, StepState, Verification } from "../../../schemas/wire/request.ts";
import { defineQuestion } from "../question.ts";
import { InstantColumn } from "./columns.ts";

/** What the plan said of a step that executing it needs. */
export const StepDetails = z.object({
  runId: z.string().nullable().default(null),
  vendorRunKey: z.string().nullable().default(null),
  fromFailure: z.boolean().default(false),
  reverse: z
    .object({ job: z.string(), parameters: z.record(z.string(), z.string()) })
    .nullable()
    .default(null),
  settings: z.record(z.string(), z.string()).default({}),
  p90Seconds: z.number().nullable().default(null),
});

export const StoredStep = z.object({
  requestId: z.string(),
  step: z.string(),
  ordinal: z.int(),
  kind: StepKind,
  title: z.string(),
  system: z.string().nullable(),
  job: z.string().nullable(),
  parameters: z.record(z.string(), z.string()),
  flow: z.string().nullable(),
  dataset: z.string().nullable(),
  entity: z.string().nullable(),
  period: z.string().nullable(),
  after: z.array(z.string()),
  details: StepDetails,
  state: StepState,
  fault: StepFault.nullable(),
  attempt: z.int(),
  idempotencyKey: z.string(),
  requestedAt: InstantColumn,
  changedAt: InstantColumn,
  dispatchedAt: InstantColumn.nullable(),
  endedAt: InstantColumn.nullable(),
  notBefore: InstantColumn.nullable(),
  vendorRunKey: z.string().nullable(),
  runId: z.string().nullable(),
  jobName: z.string().nullable(),
  correlationId: z.string().nullable(),
  adopted: z.boolean(),
  outcome: z.string().nullable(),
  verification: Verification.nullable(),
  resolution: z.object({ act: z.string(), by: z.string(), at: Instant, reason: z.string() }).nullable(),
});
export type StoredStep = z.infer<typeof StoredStep>;

const COLUMNS = `s.request_id AS "requestId", s.step, s.ordinal, s.kind, s.title, s.system, s.job, s.parameters, s.flow,
  s.dataset, s.entity, s.period, s.after, s.details, s.state, s.fault, s.attempt, s.idempotency_key AS "idempotencyKey",
  s.requested_at AS "requestedAt", s.changed_at AS "changedAt", s.dispatched_at AS "dispatchedAt", s.ended_at AS "endedAt",
  s.not_before AS "notBefore", s.vendor_run_key AS "vendorRunKey", s.run_id AS "runId", s.job_name AS "jobName",
  s.correlation_id AS "correlationId", s.adopted, s.outcome, s.verification, s.resolution`;

/** Inserts a request's steps; `steps` is a JSON array whose members carry the columns' names. */
export const insertSteps = defineQuestion({
  engine: "postgres",
  name: "request-step.insert",
  params: z.object({ requestId: z.string(), at: Instant, steps: z.string() }),
  row: z.never(),
  sql: `INSERT INTO request_steps (request_id, step, ordinal, kind, title, system, job, parameters, load_key, flow, dataset,
      entity, period, after, details, state, idempotency_key, requested_at, changed_at)
    SELECT $1, x.step, x.ordinal, x.kind, x.title, x.system, x.job, x.parameters, x.load_key, x.flow, x.dataset, x.entity,
      x.period, ARRAY(SELECT jsonb_array_elements_text(x.after)), x.details, 'waiting', x.idempotency_key, $2, $2
    FROM jsonb_to_recordset($3::jsonb) AS x(step text, ordinal int, kind text, title text, system text, job text,
      parameters jsonb, load_key text, flow text, dataset text, entity text, period text, after jsonb, details jsonb,
      idempotency_key text)
    ON CONFLICT DO NOTHING`,
});

// Each step before is looked up by its key, as a scalar: joined, the whole request would be read for every step of it.
const TURN = `s.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM unnest(s.after) AS before(step)
    WHERE (SELECT p.state FROM request_steps p WHERE p.request_id = s.request_id AND p.step = before.step)
      NOT IN ('done', 'skipped'))`;
const READY = `${TURN} AND (s.not_before IS NULL OR s.not_before <= now())`;

/** Systems a request still has steps for; '' is none. */
export const waitingSystems = defineQuestion({
  engine: "postgres",
  name: "request-step.waiting-systems",
  params: z.object({ requestId: z.string() }),
  row: z.object({ system: z.string(), flows: z.array(z.string()) }),
  sql: `SELECT coalesce(system, '') AS system, array_agg(DISTINCT coalesce(flow, '')) AS flows
    FROM request_steps WHERE request_id = $1 AND state = 'waiting' GROUP BY 1 ORDER BY 1`,
});

/** Steps under way in a system, over all requests. */
export const stepsUnderWay = defineQuestion({
  engine: "postgres",
  name: "request-step.under-way",
  params: z.object({ system: z.string() }),
  row: z.object({ steps: z.int() }),
  sql: `SELECT count(*)::int AS steps FROM request_steps
    WHERE system = $1 AND kind <> 'follow' AND state IN ('claimed', 'dispatched', 'running')`,
});

/**
 * Takes steps whose turn it is for this process alone, for two minutes of real time. Steps of other requests that ask for
 * the same load keep it from being asked for twice at once.
 */
export const claimSteps = defineQuestion({
  engine: "postgres",
  name: "request-step.claim",
  params: z.object({
    requestId: z.string(),
    system: z.string(),
    limit: z.int(),
    at: Instant,
    /** Flows held by a freeze; '' stands for what belongs to none. */
    frozen: z.array(z.string()),
  }),
  row: StoredStep,
  sql: `UPDATE request_steps s SET state = 'claimed', changed_at = $4, held_until = now() + interval '2 minutes',
      requested_at = CASE WHEN s.asked THEN s.requested_at ELSE $4 END, asked = true
    FROM (SELECT DISTINCT ON (coalesce(load_key, step)) request_id, step FROM (
        SELECT s.request_id, s.step, s.load_key, s.ordinal FROM request_steps s
        WHERE s.request_id = $1 AND coalesce(s.system, '') = $2 AND ${READY}
          AND NOT coalesce(s.flow, '') = ANY($5::text[])
          AND (s.kind = 'follow' OR NOT EXISTS (SELECT 1 FROM request_steps u WHERE u.load_key = s.load_key
            AND u.kind <> 'follow' AND u.state IN ('claimed', 'dispatched', 'running')))
        ORDER BY s.ordinal LIMIT $3 FOR UPDATE OF s SKIP LOCKED) turn) t
    WHERE s.request_id = t.request_id AND s.step = t.step RETURNING ${COLUMNS}`,
});

/** Gives back steps whose holder died: all of them where no other process can have one. */
export const releaseClaims = defineQuestion({
  engine: "postgres",
  name: "request-step.release-claims",
  params: z.object({ all: z.boolean() }),
  row: z.object({ requestId: z.string() }),
  sql: `UPDATE request_steps SET state = 'waiting', held_until = NULL
    WHERE state = 'claimed' AND ($1 OR held_until < now()) RETURNING request_id AS "requestId"`,
});

/**
 * Writes steps on in one go; `moves` is a JSON array of `{step, from, state, …}`; what is left out stays. A step in no state
 * it is moved from is left alone; one driven again that fails again is to be dealt with again.
 */
export const moveSteps = defineQuestion({
  engine: "postgres",
  name: "request-step.move",
  params: z.object({ requestId: z.string(), at: Instant, moves: z.string() }),
  row: StoredStep,
  sql: `UPDATE request_steps s SET state = x.state, changed_at = $2, held_until = NULL,
      fault = x.fault, kind = coalesce(x.kind, s.kind),
      attempt = coalesce(x.attempt, s.attempt),
      asked = s.asked AND x.attempt IS NULL,
      idempotency_key = coalesce(x.idempotency_key, s.idempotency_key),
      parameters = coalesce(x.parameters, s.parameters),
      not_before = CASE WHEN x.wait_seconds IS NULL THEN s.not_before ELSE now() + make_interval(secs => x.wait_seconds) END,
      dispatched_at = CASE WHEN x.state = 'dispatched' THEN $2 ELSE s.dispatched_at END,
      ended_at = CASE WHEN x.state IN ('done', 'skipped', 'failed', 'cancelled') THEN $2::timestamptz
        WHEN x.state IN ('verifying') THEN s.ended_at ELSE NULL END,
      vendor_run_key = coalesce(x.vendor_run_key, s.vendor_run_key),
      run_id = CASE WHEN x.forget THEN NULL ELSE coalesce(x.run_id, s.run_id) END,
      job_name = coalesce(x.job_name, s.job_name),
      correlation_id = coalesce(x.correlation_id, s.correlation_id),
      adopted = coalesce(x.adopted, s.adopted),
      outcome = x.outcome,
      verification = coalesce(x.verification, s.verification),
      resolution = CASE WHEN x.forget OR (x.state = 'failed' AND x.resolution IS NULL AND s.resolution->>'act' = 'redrive')
        THEN NULL ELSE coalesce(x.resolution, s.resolution) END
    FROM jsonb_to_recordset($3::jsonb) AS x(step text, "from" jsonb, state text, fault text, kind text, attempt int,
      idempotency_key text, parameters jsonb, wait_seconds double precision, vendor_run_key text, run_id text,
      job_name text, correlation_id text, adopted boolean, outcome text, verification jsonb, resolution jsonb,
      forget boolean)
    WHERE s.request_id = $1 AND s.step = x.step AND x."from" ? s.state RETURNING ${COLUMNS}`,
});

/** Steps waiting for one of these runs. */
export const stepsOfRuns = defineQuestion({
  engine: "postgres",
  name: "request-step.of-runs",
  params: z.object({ runIds: z.array(z.string()) }),
  row: StoredStep,
  sql: `SELECT ${COLUMNS} FROM request_steps s
    WHERE run_id = ANY($1::text[]) AND state IN ('dispatched', 'running') ORDER BY request_id, ordinal`,
});

/** Steps a system was asked for, or that wait for a load to come by itself, of every request. */
export const movingSteps = defineQuestion({
  engine: "postgres",
  name: "request-step.moving",
  params: z.object({}),
  row: StoredStep,
  sql: `SELECT ${COLUMNS} FROM request_steps s WHERE state IN ('dispatched', 'running') ORDER BY request_id, ordinal`,
});

/** Followed loads whose run has not come yet. */
export const awaitedSteps = defineQuestion({
  engine: "postgres",
  name: "request-step.awaited",
  params: z.object({}),
  row: StoredStep,
  sql: `SELECT ${COLUMNS} FROM request_steps s WHERE kind = 'follow' AND state = 'dispatched' AND run_id IS NULL
    ORDER BY request_id, ordinal`,
});

/** Steps of a request, in order: those named, or all. */
export const stepsOf = defineQuestion({
  engine: "postgres",
  name: "request-step.of-request",
  params: z.object({ requestId: z.string(), steps: z.array(z.string()).nullable().default(null) }),
  row: StoredStep,
  sql: `SELECT ${COLUMNS} FROM request_steps s WHERE request_id = $1 AND ($2::text[] IS NULL OR step = ANY($2))
    ORDER BY ordinal`,
});

/** What is shown of a request live: what moves or asks for a person, and its neighbours; not ten thousand rows. */
export const shownSteps = defineQuestion({
  engine: "postgres",
  name: "request-step.shown",
  params: z.object({ requestId: z.string(), limit: z.int() }),
  row: StoredStep,
  sql: `SELECT * FROM (SELECT ${COLUMNS} FROM request_steps s WHERE request_id = $1
      ORDER BY CASE WHEN state IN ('asking', 'failed') THEN 0
        WHEN state IN ('claimed', 'dispatched', 'running', 'verifying') THEN 1 ELSE 2 END, ordinal LIMIT $2) shown
    ORDER BY ordinal`,
});

export const stepById = defineQuestion({
  engine: "postgres",
  name: "request-step.by-id",
  params: z.object({ requestId: z.string(), step: z.string() }),
  row: StoredStep,
  sql: `SELECT ${COLUMNS} FROM request_steps s WHERE request_id = $1 AND step = $2`,
});

/** How many steps stand where, and whether one may begin, now or once it has waited. */
export const stepCounts = defineQuestion({
  engine: "postgres",
  name: "request-step.counts",
  params: z.object({ requestId: z.string() }),
  row: z.object({
    total: z.int(),
    waiting: z.int(),
    moving: z.int(),
    asking: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    done: z.int(),
    begun: z.int(),
    ready: z.int(),
  }),
  sql: `SELECT count(*)::int AS total,
      count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
      count(*) FILTER (WHERE state IN ('claimed', 'dispatched', 'running', 'verifying'))::int AS moving,
      count(*) FILTER (WHERE state = 'asking')::int AS asking,
      count(*) FILTER (WHERE state = 'failed' AND resolution IS NULL)::int AS failed,
      count(*) FILTER (WHERE state IN ('cancelled', 'blocked') OR (state = 'failed' AND resolution IS NOT NULL))::int AS cancelled,
      count(*) FILTER (WHERE state IN ('done', 'skipped'))::int AS done,
      count(*) FILTER (WHERE state IN ('running', 'verifying') OR (state = 'done' AND kind <> 'confirm'))::int AS begun,
      CASE WHEN EXISTS (SELECT 1 FROM request_steps s WHERE s.request_id = $1 AND ${TURN}) THEN 1 ELSE 0 END AS ready
    FROM request_steps WHERE request_id = $1`,
});

/** Moves every step in one of these states; for cancelling, for blocking what cannot begin any more, and back. */
export const moveStepsIn = defineQuestion({
  engine: "postgres",
  name: "request-step.move-in",
  params: z.object({
    requestId: z.string(),
    from: z.array(StepState),
    to: StepState,
    at: Instant,
    outcome: z.string().nullable(),
  }),
  row: z.object({ step: z.string() }),
  sql: `UPDATE request_steps SET state = $3, changed_at = $4, outcome = $5, held_until = NULL
    WHERE request_id = $1 AND state = ANY($2::text[]) RETURNING step`,
});

/** Failed steps nobody has dealt with, newest first, with the request they belong to. */
export const deadSteps = defineQuestion({
  engine: "postgres",
  name: "request-step.dead",
  params: z.object({ entities: z.array(z.string()).nullable(), limit: z.int() }),
  row: StoredStep.extend({ requestTitle: z.string() }),
  sql: `SELECT ${COLUMNS}, r.title AS "requestTitle" FROM request_steps s JOIN requests r ON r.id = s.request_id
    WHERE s.state = 'failed' AND s.resolution IS NULL AND ($1::text[] IS NULL OR r.entities <@ $1)
    ORDER BY s.changed_at DESC, s.request_id, s.ordinal LIMIT $2`,
});

/** Failed steps of other requests that asked for a load which has now come through. */
export const resolveOlder = defineQuestion({
  engine: "postgres",
  name: "request-step.resolve-older",
  params: z.object({ requestId: z.string(), steps: z.array(z.string()), resolution: z.string() }),
  row: z.never(),
  sql: `UPDATE request_steps o SET resolution = $3::jsonb FROM request_steps s
    WHERE s.request_id = $1 AND s.step = ANY($2::text[]) AND o.load_key = s.load_key AND o.request_id <> s.request_id
      AND o.state = 'failed' AND o.resolution IS NULL`,
});
