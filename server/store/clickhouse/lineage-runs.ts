import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";
import { FOLDED_RUN, RunFoldRow } from "./runs.ts";

/** The runs of some jobs heard of last, of those that began by an instant. */
export const runsOfJobs = defineQuestion({
  engine: "clickhouse",
  name: "run.of-jobs",
  params: z.object({ namespaces: z.array(z.string()), names: z.array(z.string()), by: z.string(), limit: z.int() }),
  row: RunFoldRow,
  sql: `SELECT ${FOLDED_RUN} FROM runs
    WHERE (job_namespace, job_name) IN arrayZip({namespaces:Array(String)}, {names:Array(String)})
    GROUP BY job_namespace, job_name, run_id
    HAVING coalesce(startedAt, lastEventAt) <= parseDateTime64BestEffort({by:String}, 3)
    ORDER BY lastEventAt DESC LIMIT {limit:UInt64}`,
});

/** So many of the newest runs of each of some jobs. */
export const latestRunsOfJobs = defineQuestion({
  engine: "clickhouse",
  name: "run.latest-of-jobs",
  params: z.object({ namespaces: z.array(z.string()), names: z.array(z.string()), each: z.int() }),
  row: RunFoldRow,
  sql: `SELECT ${FOLDED_RUN} FROM runs
    WHERE (job_namespace, job_name) IN arrayZip({namespaces:Array(String)}, {names:Array(String)})
    GROUP BY job_namespace, job_name, run_id
    ORDER BY job_namespace, job_name, lastEventAt DESC LIMIT {each:UInt64} BY job_namespace, job_name`,
});

/** Runs of one job, newest first, and how many there are. */
export const runPageOfJob = defineQuestion({
  engine: "clickhouse",
  name: "run.page-of-job",
  params: z.object({ namespace: z.string(), name: z.string(), limit: z.int(), offset: z.int() }),
  row: RunFoldRow,
  sql: `SELECT ${FOLDED_RUN} FROM runs
    WHERE job_namespace = {namespace:String} AND job_name = {name:String}
    GROUP BY job_namespace, job_name, run_id
    ORDER BY lastEventAt DESC LIMIT {limit:UInt64} OFFSET {offset:UInt64}`,
});

export const runCountOfJob = defineQuestion({
  engine: "clickhouse",
  name: "run.count-of-job",
  params: z.object({ namespace: z.string(), name: z.string() }),
  row: z.object({ runs: CountColumn }),
  sql: `SELECT uniqExact(run_id) AS runs FROM runs
    WHERE job_namespace = {namespace:String} AND job_name = {name:String}`,
});

/** Raw events by their time, and how many there are; each once. */
export const eventPage = defineQuestion({
  engine: "clickhouse",
  name: "event.page",
  params: z.object({ after: z.string(), before: z.string(), limit: z.int(), offset: z.int(), ascending: z.boolean() }),
  row: z.object({ raw: z.string() }),
  sql: `SELECT any(raw) AS raw FROM events WHERE event_id IN (
      SELECT event_id FROM events
      WHERE event_time > parseDateTime64BestEffort({after:String}, 3) AND event_time < parseDateTime64BestEffort({before:String}, 3)
      GROUP BY event_id
      ORDER BY if({ascending:Bool}, 1, -1) * toUnixTimestamp64Milli(any(event_time)), event_id
      LIMIT {limit:UInt64} OFFSET {offset:UInt64}
    )
    GROUP BY event_id ORDER BY if({ascending:Bool}, 1, -1) * toUnixTimestamp64Milli(any(event_time)), event_id`,
});

export const eventCountBetween = defineQuestion({
  engine: "clickhouse",
  name: "event.count-between",
  params: z.object({ after: z.string(), before: z.string() }),
  row: z.object({ events: CountColumn }),
  sql: `SELECT uniqExact(event_id) AS events FROM events
    WHERE event_time > parseDateTime64BestEffort({after:String}, 3) AND event_time < parseDateTime64BestEffort({before:String}, 3)`,
});

/** The raw event that showed a node last: of a job, at one instant. */
export const eventOfJobAt = defineQuestion({
  engine: "clickhouse",
  name: "event.of-job-at",
  params: z.object({ namespace: z.string(), name: z.string(), at: z.string() }),
  row: z.object({ raw: z.string() }),
  sql: `SELECT raw FROM events
    WHERE job_namespace = {namespace:String} AND job_name = {name:String}
      AND event_time = parseDateTime64BestEffort({at:String}, 3)
    ORDER BY event_id LIMIT 1`,
});
