import type { RunFold } from "../facts/run-fold.ts";
import { NOTHING } from "../facts/stamped.ts";
import type { IncomingRow } from "./incoming-row.ts";

/** An event as a JSONEachRow line of the table `incoming`; `replay` keeps the rebuild from storing the raw event again. */
export function rowLine(row: IncomingRow, replay = false): string {
  return JSON.stringify({
    event_id: row.eventId,
    replay,
    received_at: row.receivedAt,
    door: row.door,
    source: row.source,
    kind: row.kind,
    event_time: row.eventTime,
    event_type: row.eventType,
    rank: row.rank,
    producer: row.producer,
    job_namespace: row.jobNamespace,
    job_name: row.jobName,
    run_id: row.runId,
    ...(row.run && runColumns(row.run)),
    io: row.io,
    steps: row.steps,
    warnings: row.warnings,
    envelope: row.envelope,
    raw: row.raw,
  });
}

/** What is not stated is left to the columns' zero. */
function runColumns(run: RunFold) {
  const stated = (stamped: RunFold["state"]) => (stamped.value === "" ? undefined : stamped);
  return {
    state: stated(run.state),
    outcome: stated(run.outcome),
    correlation: stated(run.correlation),
    exceptions: stated(run.exceptions),
    parent: stated(run.parent),
    error: stated(run.error),
    attempt: run.attempt,
    started_at: run.startedAt,
    restarted_at: run.restartedAt,
  };
}

/** What a row says of fields as JSONEachRow lines of the table `lineage_columns`, from either end. */
export function columnLines(row: IncomingRow): string[] {
  const { eventTime: at, receivedAt: known, producer } = row;
  const seen = {
    ...{ producer, day: at.slice(0, 10), first: { at, known }, soonest: { known, at } },
    latest: { at, unknown: -Date.parse(known) },
  };
  return row.columns.flatMap(({ origin, originField, destination, destinationField, how, via, kind, text }) => {
    const told = { how, via, transformation: { at, kind, text }, ...seen };
    const down = { node: origin, field: originField, direction: "down", other: destination };
    const up = { node: destination, field: destinationField, direction: "up", other: origin };
    return [
      JSON.stringify({ ...down, other_field: destinationField, ...told }),
      JSON.stringify({ ...up, other_field: originField, ...told }),
    ];
  });
}

/** What a row says of periods as JSONEachRow lines of the table `period_statuses`. */
export function periodStatusLines(row: IncomingRow): string[] {
  const { eventTime: event_time, eventId: event_id } = row;
  return row.periodStatuses.map((seen) => JSON.stringify({ event_time, event_id, ...seen }));
}

/** The names in a row as JSONEachRow lines of the table `run_names`. */
export function nameLines(row: IncomingRow): string[] {
  const { jobNamespace: job_namespace, jobName: job_name, runId: run_id } = row;
  return row.names.map((seen) => JSON.stringify({ ...seen, job_namespace, job_name, run_id }));
}

/** The figures and correlations of a row as a JSONEachRow line of the table `incoming_figures`; null where it has none. */
export function figuresLine(row: IncomingRow): string | null {
  if (row.watermarks.length + row.totals.length + row.correlations.length === 0) return null;
  return JSON.stringify({
    event_id: row.eventId,
    event_time: row.eventTime,
    rank: row.rank,
    run_id: row.runId,
    watermarks: row.watermarks.map((watermark) => ({
      namespace: watermark.namespace,
      name: watermark.name,
      entity: watermark.entity,
      ledger: watermark.ledger,
      period: watermark.period,
      version: watermark.version,
      complete_through: watermark.completeThrough,
      snapshot_as_of: watermark.snapshotAsOf ?? NOTHING.at,
    })),
    totals: row.totals.map((total) => ({
      namespace: total.namespace,
      name: total.name,
      entity: total.entity,
      ledger: total.ledger,
      period: total.period,
      version: total.version,
      account: total.account,
      currency: total.currency,
      measure: total.measure,
      value: total.value,
      as_of: total.asOf,
      correlation_id: total.correlationId,
    })),
    correlations: row.correlations.map((entry) => ({
      correlation_id: entry.correlationId,
      how: entry.how,
      job_namespace: entry.jobNamespace,
      job_name: entry.jobName,
      run_id: entry.runId,
    })),
  });
}
