import type { EventType, RunEvent } from "../schemas/event/open-lineage.ts";
import type { CorrelationHow, IncomingRow, NameKind, NameSeen } from "../server/ingest/incoming-row.ts";
import { prepare } from "../server/ingest/prepare.ts";
import { keyOf, tracedRuns, type TracedRun } from "../server/trace/traced-run.ts";

/** A run of a played day in few words; times are `HH:MM`, or hours before that day as `-48`. */
export interface Told {
  job: string;
  namespace?: string;
  /** The run's id; `run-<job>` where absent. */
  id?: string;
  from: string;
  /** Absent while it runs. */
  to?: string;
  state?: EventType;
  reads?: string;
  writes?: string;
  entity?: string;
  period?: string;
  correlationId?: string;
  /** The ID its figures carry. */
  inData?: string;
  snapshot?: string;
  net?: string;
  names?: Partial<Record<NameKind, string[]>>;
  hows?: CorrelationHow[];
}

export function at(time: string): string {
  if (/^-\d+$/.test(time)) return new Date(Date.parse("2026-11-03T00:00:00Z") + Number(time) * 3_600_000).toISOString();
  return `2026-11-03T${time}:00.000Z`;
}

/** Runs as a trace reads them from their events. */
export function scene(told: readonly Told[]): TracedRun[] {
  const rows = told.flatMap(rowsOf);
  const hows = new Map(told.map((each) => [keyOf(nameOf(each)), each.hows ?? []]));
  return tracedRuns(rows, hows);
}

function nameOf({ namespace = "here", job, id = `run-${job}` }: Told) {
  return { jobNamespace: namespace, jobName: job, runId: id };
}

function rowsOf(told: Told): IncomingRow[] {
  const ends = told.to === undefined ? [] : [eventOf(told, told.state ?? "COMPLETE", told.to)];
  return [eventOf(told, "START", told.from), ...ends].map((event) => {
    const eventId = `${event.run.runId} ${event.eventType}`;
    const row = prepare({ kind: "run", event }, [], {
      ...{ eventId, receivedAt: event.eventTime, door: "lineage", source: "test", envelope: "", raw: "" },
    });
    return { ...row, names: namesOf(told) };
  });
}

function namesOf({ names = {} }: Told): NameSeen[] {
  return Object.entries(names).flatMap(([kind, list]) => list.map((name) => ({ kind: kind as NameKind, name })));
}

function eventOf(told: Told, eventType: EventType, time: string): RunEvent {
  const { reads, writes, entity = "DE01", period = "2026-10", correlationId, inData, snapshot, net } = told;
  const { jobNamespace: namespace, jobName: name, runId } = nameOf(told);
  const place = { entity, period, ledger: "", version: "actual" };
  const delivered = eventType === "COMPLETE";
  const reached = delivered && snapshot ? { completeThrough: at(snapshot), snapshotAsOf: at(snapshot) } : {};
  const total = (measure: "net" | "count", value: string) => ({
    ...{ ...place, account: "", currency: "EUR", measure, value, ...(inData && { correlationId: inData }) },
  });
  const totals = delivered && (net ?? inData) ? [total("net", net ?? "0"), total("count", "1")] : [];
  return {
    ...{ eventTime: at(time), eventType, producer: "test", job: { namespace, name } },
    run: { runId, facets: correlationId ? { tieout_correlation: { correlationId } } : {} },
    inputs: reads ? [{ namespace: "data", name: reads }] : [],
    outputs: writes
      ? [
          {
            ...{ namespace: "data", name: writes },
            facets: {
              tieout_position: { positions: [{ ...place, ...reached }] },
              ...(totals.length > 0 && { tieout_controlTotals: { asOf: at(time), totals } }),
            },
          },
        ]
      : [],
  };
}
