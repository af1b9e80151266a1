import * as z from "zod";
import { Instant } from "../../../schemas/instant.ts";
import { defineQuestion } from "../question.ts";
import { TotalRow } from "./figures.ts";

const Slot = { entity: z.string(), period: z.string(), version: z.string() };
const IN_SLOT = `entity = {entity:String} AND period = {period:String} AND version = {version:String}`;

const IN_TIME =
  "event_time BETWEEN parseDateTime64BestEffort({since:String}, 3) AND parseDateTime64BestEffort({until:String}, 3)";

/** A report of control totals: one event's word on a dataset, entity, period and version. */
const ReportRow = z.object({
  namespace: z.string(),
  name: z.string(),
  eventId: z.string(),
  at: Instant,
  runId: z.string(),
  asOf: Instant,
  correlationId: z.string().transform((id) => id || null),
});
export type ReportRow = z.infer<typeof ReportRow>;

/** Reports on some datasets for one entity, period and version between two instants, latest first, at most 200 of each. */
export const reportsBetween = defineQuestion({
  engine: "clickhouse",
  name: "trace.reports",
  params: z.object({
    namespaces: z.array(z.string()),
    names: z.array(z.string()),
    ...Slot,
    since: Instant,
    until: Instant,
  }),
  row: ReportRow,
  sql: `SELECT namespace, name, event_id AS eventId, event_time AS at, any(run_id) AS runId, any(as_of) AS asOf,
      any(correlation_id) AS correlationId
    FROM control_totals
    WHERE (namespace, name) IN (
      SELECT slot.1, slot.2
      FROM (SELECT arrayJoin(arrayZip({namespaces:Array(String)}, {names:Array(String)})) AS slot)
    ) AND ${IN_SLOT} AND ${IN_TIME}
    GROUP BY namespace, name, event_time, rank, event_id
    ORDER BY namespace, name, event_time DESC, rank DESC, event_id DESC LIMIT 200 BY namespace, name`,
});

/**
 * The totals of one reading of a dataset between two instants: of the first told at or after the moment it was taken, else of
 * the last before.
 */
export const readingTaken = defineQuestion({
  engine: "clickhouse",
  name: "trace.reading",
  params: z.object({
    namespace: z.string(),
    name: z.string(),
    ...Slot,
    takenAt: Instant,
    since: Instant,
    until: Instant,
  }),
  row: TotalRow.extend({ at: Instant }),
  sql: `SELECT namespace, name, entity, ledger, period, version, account, currency, measure,
      toString(any(control_totals.value)) AS value, any(as_of) AS asOf, any(run_id) AS runId,
      any(correlation_id) AS correlationId, event_time AS at
    FROM control_totals
    WHERE namespace = {namespace:String} AND name = {name:String} AND ${IN_SLOT} AND (event_time, rank, event_id) IN (
      SELECT event_time, rank, event_id FROM control_totals
      WHERE namespace = {namespace:String} AND name = {name:String} AND ${IN_SLOT} AND ${IN_TIME}
      ORDER BY event_time >= parseDateTime64BestEffort({takenAt:String}, 3) DESC,
        abs(dateDiff('millisecond', event_time, parseDateTime64BestEffort({takenAt:String}, 3))), rank DESC, event_id DESC
      LIMIT 1
    )
    GROUP BY namespace, name, entity, ledger, period, version, account, currency, measure, event_time
    ORDER BY namespace, name, account, currency, measure LIMIT 50000`,
});

/** The totals of some reports, told between two instants. */
export const totalsOfReports = defineQuestion({
  engine: "clickhouse",
  name: "trace.totals",
  params: z.object({
    namespaces: z.array(z.string()),
    names: z.array(z.string()),
    ...Slot,
    since: Instant,
    until: Instant,
    eventIds: z.array(z.string()),
  }),
  row: TotalRow.extend({ eventId: z.string() }),
  sql: `SELECT namespace, name, entity, ledger, period, version, account, currency, measure,
      toString(any(control_totals.value)) AS value, any(as_of) AS asOf, any(run_id) AS runId,
      any(correlation_id) AS correlationId, event_id AS eventId
    FROM control_totals
    WHERE (namespace, name) IN (
      SELECT slot.1, slot.2
      FROM (SELECT arrayJoin(arrayZip({namespaces:Array(String)}, {names:Array(String)})) AS slot)
    ) AND ${IN_SLOT} AND ${IN_TIME} AND event_id IN {eventIds:Array(String)}
    GROUP BY namespace, name, entity, ledger, period, version, account, currency, measure, event_id
    ORDER BY namespace, name, account, currency, measure LIMIT 50000`,
});

/** When events of a dataset alone, without a run, reached the tower. */
export const datasetEventsReceived = defineQuestion({
  engine: "clickhouse",
  name: "trace.received",
  params: z.object({ from: Instant, to: Instant, eventIds: z.array(z.string()) }),
  row: z.object({ eventId: z.string(), receivedAt: Instant }),
  sql: `SELECT event_id AS eventId, min(received_at) AS receivedAt FROM events
    WHERE job_namespace = '' AND job_name = '' AND run_id = ''
      AND event_time BETWEEN parseDateTime64BestEffort({from:String}, 3) AND parseDateTime64BestEffort({to:String}, 3)
      AND event_id IN {eventIds:Array(String)}
    GROUP BY event_id`,
});
