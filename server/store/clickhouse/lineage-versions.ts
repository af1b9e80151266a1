import * as z from "zod";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";
import { FOLDED_RUN, RunFoldRow } from "./runs.ts";

const Dataset = z.object({ namespace: z.string(), name: z.string() });
const Datasets = z.array(Dataset);

/** So many of the newest runs of each of some jobs, of those that began by an instant. */
export const runsOfEachJob = defineQuestion({
  engine: "clickhouse",
  name: "run.of-each-job",
  params: z.object({ namespaces: z.array(z.string()), names: z.array(z.string()), by: z.string(), each: z.int() }),
  row: RunFoldRow,
  sql: `SELECT ${FOLDED_RUN} FROM runs
    WHERE (job_namespace, job_name) IN arrayZip({namespaces:Array(String)}, {names:Array(String)})
    GROUP BY job_namespace, job_name, run_id
    HAVING coalesce(startedAt, lastEventAt) <= parseDateTime64BestEffort({by:String}, 3)
    ORDER BY job_namespace, job_name, lastEventAt DESC LIMIT {each:UInt64} BY job_namespace, job_name`,
});

/** What some runs read and wrote, each dataset once. */
export const datasetsOfRuns = defineQuestion({
  engine: "clickhouse",
  name: "run-io.of-runs",
  params: z.object({ namespaces: z.array(z.string()), names: z.array(z.string()), runIds: z.array(z.string()) }),
  row: Dataset.extend({
    jobNamespace: z.string(),
    jobName: z.string(),
    runId: z.string(),
    direction: z.enum(["input", "output"]),
  }),
  sql: `SELECT DISTINCT job_namespace AS jobNamespace, job_name AS jobName, run_id AS runId, direction, namespace, name
    FROM run_io
    WHERE (job_namespace, job_name, run_id)
      IN arrayZip({namespaces:Array(String)}, {names:Array(String)}, {runIds:Array(String)})`,
});

/** What a job has read and written, each combination once: since when, and by which run last. */
export const shapesOfJob = defineQuestion({
  engine: "clickhouse",
  name: "run-io.shapes-of-job",
  params: z.object({ namespace: z.string(), name: z.string(), most: z.int() }),
  row: z.object({ inputs: Datasets, outputs: Datasets, firstSeenAt: z.string(), lastRunId: z.string() }),
  sql: `SELECT inputs, outputs, min(first) AS firstSeenAt, argMax(run_id, last) AS lastRunId FROM (
      SELECT run_id, min(first_seen_at) AS first, max(last_seen_at) AS last,
        arraySort(groupUniqArrayIf(CAST((run_io.namespace, run_io.name), 'Tuple(namespace String, name String)'), direction = 'input')) AS inputs,
        arraySort(groupUniqArrayIf(CAST((run_io.namespace, run_io.name), 'Tuple(namespace String, name String)'), direction = 'output')) AS outputs
      FROM run_io WHERE job_namespace = {namespace:String} AND job_name = {name:String}
      GROUP BY run_id
    )
    GROUP BY inputs, outputs ORDER BY max(last) DESC, firstSeenAt LIMIT {most:UInt64}`,
});

const WROTE = `FROM run_io
    WHERE (job_namespace, job_name) IN arrayZip({namespaces:Array(String)}, {names:Array(String)})
      AND direction = 'output' AND run_io.namespace = {namespace:String} AND run_io.name = {name:String}
      AND ({runId:String} = '' OR run_id = {runId:String})`;
const Written = z.object({
  /** The jobs that may have. */
  namespaces: z.array(z.string()),
  names: z.array(z.string()),
  ...Dataset.shape,
  /** One run; all where empty. */
  runId: z.string(),
});

/** Runs that wrote a dataset, newest first. */
export const runsThatWrote = defineQuestion({
  engine: "clickhouse",
  name: "run-io.that-wrote",
  params: Written.extend({ limit: z.int(), offset: z.int() }),
  row: z.object({ jobNamespace: z.string(), jobName: z.string(), runId: z.string(), firstSeenAt: z.string() }),
  sql: `SELECT job_namespace AS jobNamespace, job_name AS jobName, run_id AS runId, min(first_seen_at) AS firstSeenAt
    ${WROTE}
    GROUP BY job_namespace, job_name, run_id
    ORDER BY max(last_seen_at) DESC, runId LIMIT {limit:UInt64} OFFSET {offset:UInt64}`,
});

export const countThatWrote = defineQuestion({
  engine: "clickhouse",
  name: "run-io.count-that-wrote",
  params: Written,
  row: z.object({ runs: CountColumn }),
  sql: `SELECT uniqExact(job_namespace, job_name, run_id) AS runs ${WROTE}`,
});

/** Runs by their names. */
export const runsNamed = defineQuestion({
  engine: "clickhouse",
  name: "run.named",
  params: z.object({ namespaces: z.array(z.string()), names: z.array(z.string()), runIds: z.array(z.string()) }),
  row: RunFoldRow,
  sql: `SELECT ${FOLDED_RUN} FROM runs
    WHERE (job_namespace, job_name, run_id)
      IN arrayZip({namespaces:Array(String)}, {names:Array(String)}, {runIds:Array(String)})
    GROUP BY job_namespace, job_name, run_id`,
});

/** The last event of each of some runs, as it came. */
export const lastEventOfRuns = defineQuestion({
  engine: "clickhouse",
  name: "event.last-of-runs",
  params: z.object({ namespaces: z.array(z.string()), names: z.array(z.string()), runIds: z.array(z.string()) }),
  row: z.object({ jobNamespace: z.string(), jobName: z.string(), runId: z.string(), raw: z.string() }),
  sql: `SELECT job_namespace AS jobNamespace, job_name AS jobName, run_id AS runId, argMax(raw, (event_time, event_id)) AS raw
    FROM events
    WHERE (job_namespace, job_name, run_id)
      IN arrayZip({namespaces:Array(String)}, {names:Array(String)}, {runIds:Array(String)})
    GROUP BY job_namespace, job_name, run_id`,
});
