import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

const Key = { jobNamespace: z.string(), jobName: z.string(), runId: z.string() };
const KEY = "job_namespace AS jobNamespace, job_name AS jobName, run_id AS runId";

/** Keys given as three lists of equal length. Told by run id alone first: most rows of a granule fall out by one column then. */
const OF_KEYS = `run_id IN {runIds:Array(String)} AND (job_namespace, job_name, run_id) IN (
      SELECT key.1, key.2, key.3
      FROM (SELECT arrayJoin(arrayZip({namespaces:Array(String)}, {jobs:Array(String)}, {runIds:Array(String)})) AS key)
    )`;

/** Stand for no instant in a parameter: before and after anything can have come. */
export const NEVER = "1970-01-01T00:00:00.000Z";
export const EVER = "2250-01-01T00:00:00.000Z";

/**
 * Runs of one correlation, each way it is known to belong. Figures carry an ID for as long as they are read again, so that of
 * each job only the first ten whose data carries it are named, with how many there are.
 */
export const correlationMembers = defineQuestion({
  engine: "clickhouse",
  name: "trace.members",
  params: z.object({ correlationId: z.string() }),
  row: z.object({
    ...Key,
    how: z.enum(["carried", "linked", "in-data"]),
    firstSeenAt: Instant,
    ofJob: CountColumn,
  }),
  sql: `SELECT ${KEY}, how, min(first_seen_at) AS firstSeenAt,
      count() OVER (PARTITION BY job_namespace, job_name, how) AS ofJob
    FROM correlations WHERE correlation_id = {correlationId:String}
    GROUP BY job_namespace, job_name, run_id, how
    ORDER BY firstSeenAt, jobNamespace, jobName, runId, how LIMIT 10 BY jobNamespace, jobName, how LIMIT 500`,
});

/** Runs in whose events a name stands; one more than `most` of each name, so that a name too common is told. */
export const runsNaming = defineQuestion({
  engine: "clickhouse",
  name: "trace.naming",
  params: z.object({ names: z.array(z.string()), kinds: z.array(z.string()), most: z.int() }),
  row: z.object({ name: z.string(), kind: z.string(), ...Key }),
  sql: `SELECT DISTINCT name, kind, ${KEY} FROM run_names
    WHERE run_names.name IN {names:Array(String)} AND run_names.kind IN {kinds:Array(String)}
    ORDER BY name, kind, jobNamespace, jobName, runId LIMIT {most:UInt32} BY name, kind`,
});

/** Jobs the runs of these ids are of. */
export const jobsOfRuns = defineQuestion({
  engine: "clickhouse",
  name: "trace.jobs",
  params: z.object({ runIds: z.array(z.string()) }),
  row: z.object(Key),
  sql: `SELECT DISTINCT ${KEY} FROM runs WHERE run_id IN {runIds:Array(String)} ORDER BY runId, jobNamespace, jobName LIMIT 100`,
});

/** What an event too large to be read for a trace has in place of its text. */
export const MOST_LETTERS = 4_000_000;

/** Events of runs that had come by an instant, whole; of each run the first 200. */
export const eventsOfRuns = defineQuestion({
  engine: "clickhouse",
  name: "trace.events",
  params: z.object({
    namespaces: z.array(z.string()),
    jobs: z.array(z.string()),
    runIds: z.array(z.string()),
    knownAt: Instant,
  }),
  row: z.object({
    ...Key,
    eventId: z.string(),
    eventTime: Instant,
    eventType: z.string(),
    receivedAt: Instant,
    door: z.string(),
    source: z.string(),
    envelope: z.string(),
    raw: z.string(),
  }),
  sql: `SELECT ${KEY}, event_id AS eventId, event_time AS eventTime, event_type AS eventType,
      received_at AS receivedAt, door, source, envelope, if(length(raw) > ${MOST_LETTERS}, '', events.raw) AS raw
    FROM events
    WHERE ${OF_KEYS}
      AND received_at <= parseDateTime64BestEffort({knownAt:String}, 3)
    ORDER BY job_namespace, job_name, run_id, event_time, event_id, received_at
    LIMIT 200 BY jobNamespace, jobName, runId`,
});

/** When some events of runs reached the tower. */
export const eventsReceived = defineQuestion({
  engine: "clickhouse",
  name: "trace.events-received",
  params: z.object({
    namespaces: z.array(z.string()),
    jobs: z.array(z.string()),
    runIds: z.array(z.string()),
    eventIds: z.array(z.string()),
  }),
  row: z.object({ ...Key, eventId: z.string(), receivedAt: Instant }),
  sql: `SELECT ${KEY}, event_id AS eventId, min(received_at) AS receivedAt FROM events
    WHERE ${OF_KEYS} AND event_id IN {eventIds:Array(String)}
    GROUP BY job_namespace, job_name, run_id, event_id`,
});

/** Correlation IDs that begin so, those seen last first, each with its first run. */
export const correlationsLike = defineQuestion({
  engine: "clickhouse",
  name: "trace.correlations-like",
  params: z.object({ prefix: z.string(), limit: z.int() }),
  row: z
    .object({ correlationId: z.string(), first: z.tuple([z.string(), z.string(), z.string()]) })
    .transform(({ correlationId, first: [jobNamespace, jobName, runId] }) => ({
      correlationId,
      run: { jobNamespace, jobName, runId },
    })),
  sql: `SELECT correlation_id AS correlationId, argMin((job_namespace, job_name, run_id), first_seen_at) AS first
    FROM correlations
    WHERE startsWith(correlation_id, {prefix:String})
    GROUP BY correlation_id
    ORDER BY correlationId = {prefix:String} DESC, max(last_seen_at) DESC, correlationId LIMIT {limit:UInt32}`,
});

/** The correlation IDs a run carries or was named under. */
export const correlationsOf = defineQuestion({
  engine: "clickhouse",
  name: "trace.correlations-of",
  params: z.object({ runId: z.string() }),
  row: z.object({ correlationId: z.string() }),
  sql: `SELECT DISTINCT correlation_id AS correlationId FROM correlations
    WHERE run_id = {runId:String} AND how != 'in-data' ORDER BY correlationId LIMIT 2`,
});
