import * as z from "zod";
import { Warning } from "../../../schemas/event/open-lineage.ts";
import { defineQuestion } from "../question.ts";
import { CountColumn } from "./columns.ts";

/** Events of one run, newest first, each once; with their raw texts. */
export const eventsOfRun = defineQuestion({
  engine: "clickhouse",
  name: "event.of-run",
  params: z.object({ jobNamespace: z.string(), jobName: z.string(), runId: z.string(), limit: z.int() }),
  row: z.object({
    eventId: z.string(),
    eventTime: z.string(),
    eventType: z.string(),
    receivedAt: z.string(),
    door: z.string(),
    source: z.string(),
    producer: z.string(),
    warnings: z.array(Warning),
    raw: z.string(),
  }),
  sql: `SELECT event_id AS eventId, event_time AS eventTime, event_type AS eventType, received_at AS receivedAt,
      door, source, producer, warnings, raw
    FROM events
    WHERE job_namespace = {jobNamespace:String} AND job_name = {jobName:String} AND run_id = {runId:String}
    ORDER BY event_time DESC, event_id DESC, received_at
    LIMIT 1 BY event_id
    LIMIT {limit:UInt64}`,
});

/** Stored events after a key, in the table's own order, each once; with no key from the beginning. */
export const eventsAfter = defineQuestion({
  engine: "clickhouse",
  name: "event.after",
  params: z.object({
    jobNamespace: z.string(),
    jobName: z.string(),
    runId: z.string(),
    eventTime: z.string(),
    eventId: z.string(),
    limit: z.int(),
  }),
  row: z.object({
    eventId: z.string(),
    receivedAt: z.string(),
    door: z.string(),
    source: z.string(),
    envelope: z.string(),
    raw: z.string(),
    key: z.object({ jobNamespace: z.string(), jobName: z.string(), runId: z.string(), eventTime: z.string() }),
  }),
  sql: `SELECT event_id AS eventId, received_at AS receivedAt, door, source, envelope, raw,
      CAST((job_namespace, job_name, run_id, toString(event_time)),
        'Tuple(jobNamespace String, jobName String, runId String, eventTime String)') AS key
    FROM events
    WHERE (job_namespace, job_name, run_id, event_time, event_id)
      > ({jobNamespace:String}, {jobName:String}, {runId:String}, toDateTime64({eventTime:String}, 3, 'UTC'), {eventId:String})
    ORDER BY job_namespace, job_name, run_id, event_time, event_id
    LIMIT 1 BY event_id
    LIMIT {limit:UInt64}`,
});

export const eventCount = defineQuestion({
  engine: "clickhouse",
  name: "event.count",
  params: z.object({}),
  row: z.object({ events: CountColumn }),
  sql: "SELECT uniqExact(event_id) AS events FROM events",
});

/** Stored events by name, each once. Jobs and runs are named beside the events themselves because the table is in their order. */
export const eventsNamed = defineQuestion({
  engine: "clickhouse",
  name: "event.named",
  params: z.object({
    jobNamespaces: z.array(z.string()),
    jobNames: z.array(z.string()),
    runIds: z.array(z.string()),
    eventIds: z.array(z.string()),
  }),
  row: z.object({
    eventId: z.string(),
    receivedAt: z.string(),
    door: z.string(),
    source: z.string(),
    envelope: z.string(),
    raw: z.string(),
  }),
  sql: `SELECT event_id AS eventId, received_at AS receivedAt, door, source, envelope, raw
    FROM events
    WHERE job_namespace IN {jobNamespaces:Array(String)} AND job_name IN {jobNames:Array(String)}
      AND run_id IN {runIds:Array(String)} AND event_id IN {eventIds:Array(String)}
    ORDER BY event_id, received_at
    LIMIT 1 BY event_id`,
});
