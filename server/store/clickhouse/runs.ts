import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { StampedColumn } from "./columns.ts";

/** A run's fold, as `server/facts/run-fold.ts` continues it. */
export const RunFoldRow = z.object({
  jobNamespace: z.string(),
  jobName: z.string(),
  runId: z.string(),
  state: StampedColumn,
  outcome: StampedColumn,
  correlation: StampedColumn,
  exceptions: StampedColumn,
  parent: StampedColumn,
  error: StampedColumn,
  attempt: z.number(),
  startedAt: z.string().nullable(),
  restartedAt: z.string().nullable(),
  lastEventAt: z.string(),
});

export const FOLDED_RUN = `
  job_namespace AS jobNamespace, job_name AS jobName, run_id AS runId,
  max(runs.state) AS state, max(runs.outcome) AS outcome, max(runs.correlation) AS correlation,
  max(runs.exceptions) AS exceptions, max(runs.parent) AS parent, max(runs.error) AS error,
  max(runs.attempt) AS attempt, min(started_at) AS startedAt, max(restarted_at) AS restartedAt,
  max(last_event_at) AS lastEventAt`;

/** When the row was heard of before which so many were heard of later; none where there are not so many. A run may have several rows. */
export const runCutOff = defineQuestion({
  engine: "clickhouse",
  name: "run.cut-off",
  params: z.object({ rows: z.int() }),
  row: z.object({ at: z.string() }),
  sql: "SELECT last_event_at AS at FROM runs ORDER BY last_event_at DESC LIMIT 1 OFFSET {rows:UInt64}",
});

const HEARD_OF = `(job_namespace, job_name, run_id) IN (
      SELECT job_namespace, job_name, run_id FROM runs
      WHERE last_event_at >= parseDateTime64BestEffort({since:String}, 3)
    )`;

/** Runs heard of since an instant, those heard of last first; the others are not folded, which would take all memory there is. */
export const runsSince = defineQuestion({
  engine: "clickhouse",
  name: "run.since",
  params: z.object({ since: Instant, limit: z.int() }),
  row: RunFoldRow,
  sql: `SELECT ${FOLDED_RUN} FROM runs WHERE ${HEARD_OF}
    GROUP BY job_namespace, job_name, run_id
    ORDER BY lastEventAt DESC LIMIT {limit:UInt64}`,
});

/** The runs of one id; more than one where jobs share it. The one heard of last comes first. */
export const runsById = defineQuestion({
  engine: "clickhouse",
  name: "run.by-id",
  params: z.object({ runId: z.string() }),
  row: RunFoldRow,
  sql: `SELECT ${FOLDED_RUN} FROM runs WHERE run_id = {runId:String}
    GROUP BY job_namespace, job_name, run_id
    ORDER BY lastEventAt DESC LIMIT 20`,
});

const OutputRow = z.object({
  jobNamespace: z.string(),
  jobName: z.string(),
  runId: z.string(),
  namespace: z.string(),
  name: z.string(),
  entity: z.string(),
  period: z.string(),
});

/** Outputs of runs heard of since an instant. */
export const runOutputsSince = defineQuestion({
  engine: "clickhouse",
  name: "run.outputs-since",
  params: z.object({ since: Instant }),
  row: OutputRow,
  sql: `SELECT DISTINCT job_namespace AS jobNamespace, job_name AS jobName, run_id AS runId, namespace, name, entity, period
    FROM run_io
    WHERE direction = 'output' AND ${HEARD_OF}`,
});

/** What one run reads and writes. */
export const runIo = defineQuestion({
  engine: "clickhouse",
  name: "run.io",
  params: z.object({ jobNamespace: z.string(), jobName: z.string(), runId: z.string() }),
  row: z.object({
    direction: z.enum(["input", "output"]),
    namespace: z.string(),
    name: z.string(),
    entity: z.string(),
    period: z.string(),
  }),
  sql: `SELECT DISTINCT direction, namespace, name, entity, period FROM run_io
    WHERE job_namespace = {jobNamespace:String} AND job_name = {jobName:String} AND run_id = {runId:String}
    ORDER BY direction, namespace, name, entity, period`,
});
