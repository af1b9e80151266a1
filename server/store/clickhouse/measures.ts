import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

const Window = z.object({ since: Instant, until: Instant });

/** Runs that were last heard of in a window, folded, each with the period its outputs name (empty without one). */
const RUNS = `SELECT job_namespace AS namespace, job_name AS job, run_id,
      max(runs.state) AS state, max(runs.outcome) AS outcome, max(runs.exceptions) AS exceptions,
      min(started_at) AS startedAt, max(last_event_at) AS lastAt,
      any(target.entity) AS entity, any(target.period) AS period
    FROM runs LEFT ANY JOIN (
      SELECT job_namespace, job_name, run_id, if(uniqExact(entity) = 1, any(entity), '') AS entity, max(period) AS period
      FROM run_io WHERE direction = 'output'
        AND last_seen_at >= parseDateTime64BestEffort({since:String}, 3)
      GROUP BY job_namespace, job_name, run_id
    ) AS target USING (job_namespace, job_name, run_id)
    WHERE last_event_at >= parseDateTime64BestEffort({since:String}, 3)
      AND last_event_at < parseDateTime64BestEffort({until:String}, 3)
    GROUP BY job_namespace, job_name, run_id`;

const place = { namespace: z.string(), job: z.string(), entity: z.string(), period: z.string(), day: z.string() };

/** Ended runs by job and day: how many, how they ended, what they lost, how long they took. */
export const runTally = defineQuestion({
  engine: "clickhouse",
  name: "measure.runs",
  params: Window,
  row: z.object({
    ...place,
    runs: CountColumn,
    failed: CountColumn,
    partial: CountColumn,
    rejected: CountColumn,
    timed: CountColumn,
    seconds: CountColumn,
  }),
  sql: `SELECT namespace, job, entity, period, toString(toDate(lastAt)) AS day, count() AS runs,
      countIf(state.value = 'FAIL') AS failed,
      countIf(JSONExtractString(outcome.value, 'qualifier') = 'partial') AS partial,
      sum(JSONExtractUInt(outcome.value, 'rowsRejected')) AS rejected,
      countIf(startedAt IS NOT NULL) AS timed,
      sum(if(startedAt IS NULL, 0, dateDiff('second', assumeNotNull(startedAt), lastAt))) AS seconds
    FROM (${RUNS}) WHERE state.value IN ('COMPLETE', 'FAIL', 'ABORT')
    GROUP BY namespace, job, entity, period, day`,
});

/** What went wrong inside runs, by job, day and kind. */
export const exceptionTally = defineQuestion({
  engine: "clickhouse",
  name: "measure.exceptions",
  params: Window,
  row: z.object({ ...place, code: z.string(), class: z.string(), exceptions: CountColumn }),
  sql: `SELECT namespace, job, entity, period, toString(toDate(lastAt)) AS day,
      JSONExtractString(exception, 'code') AS code, JSONExtractString(exception, 'class') AS class,
      count() AS exceptions
    FROM (${RUNS}) ARRAY JOIN JSONExtractArrayRaw(exceptions.value) AS exception
    GROUP BY namespace, job, entity, period, day, code, class`,
});

/** Each failed run with the next success of the same job: how long the repair took. A job not repaired yet is left out. */
export const repairTally = defineQuestion({
  engine: "clickhouse",
  name: "measure.repairs",
  params: Window,
  row: z.object({ ...place, repairs: CountColumn, seconds: CountColumn }),
  sql: `WITH ended AS (SELECT namespace, job, entity, period, lastAt, state.value AS ending FROM (${RUNS}))
    SELECT failed.namespace AS namespace, failed.job AS job, failed.entity AS entity, failed.period AS period,
      toString(toDate(failed.lastAt)) AS day, count() AS repairs,
      sum(dateDiff('second', failed.lastAt, done.lastAt)) AS seconds
    FROM (SELECT * FROM ended WHERE ending = 'FAIL') AS failed
    ASOF JOIN (SELECT * FROM ended WHERE ending = 'COMPLETE') AS done
      ON failed.namespace = done.namespace AND failed.job = done.job AND done.lastAt >= failed.lastAt
    GROUP BY namespace, job, entity, period, day`,
});
