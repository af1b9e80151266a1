import type { ControlTotal, Position, RunException } from "../../schemas/event/facets.ts";
import { DecimalString } from "../../schemas/instant.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { RELAYED } from "../relayed-text.ts";
import { runIdOf } from "../run-id.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf, signedRun } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { App, Settings } from "./settings.ts";
import { RunLine, type LogLine, type QueueHistory } from "./vendor.ts";

const PRODUCER = producerOf("mulesoft");

/** What a flow says of itself. */
const STATES: Record<string, RunState> = {
  started: "running",
  running: "running",
  complete: "complete",
  partial: "partial",
  failed: "failed",
  stopped: "aborted",
};

/** A run line with the app it stands in and the time it was written at, ISO 8601. */
export interface SeenLine {
  app: App;
  at: string;
  line: RunLine;
}

/** A log line as a run line; null for what flows log beside. */
export function runLineOf(app: App, { timestamp, message }: LogLine, { marker }: Settings): SeenLine | null {
  const begin = message.indexOf(`${marker} {`);
  const at = new Date(timestamp);
  if (begin < 0 || Number.isNaN(at.getTime())) return null;
  try {
    const line = RunLine.safeParse(JSON.parse(message.slice(begin + marker.length + 1)));
    return line.success ? { app, at: at.toISOString(), line: line.data } : null;
  } catch {
    return null;
  }
}

export function stateOf({ state }: RunLine): RunState | null {
  return STATES[state.toLowerCase()] ?? null;
}

export function isOpen({ line }: SeenLine): boolean {
  return !hasEnded(stateOf(line));
}

/** Every event a run line implies, oldest first: each line says when its run began. */
export function runLineEvents({ app, at, line }: SeenLine, namespace: string): RunEvent[] {
  const declared = jobNamed(app.flows, line.job);
  const place = declared && placeOf(declared.job, declared.entity || line.entity, periodNamed(line.period));
  const snapshotAsOf = iso(line.snapshotAsOf);
  const startedAt = iso(line.startedAt) ?? at;
  const state = stateOf(line);
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: line.run, job: line.job, queuedAt: startedAt, state, vendorStatus: line.state },
    endedAt: at,
    changedAt: at,
    words: { queued: "started", running: "running" },
    counts: { rowsRead: line.rowsRead, rowsWritten: line.rowsWritten, rowsRejected: line.rowsRejected },
    exceptions: exceptionsOf(line, state, place ?? null),
    correlationId: line.correlationId,
    fills: declared?.job,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf ?? (declared?.job.completeThrough === "start" ? startedAt : null),
    totals: place ? totalsOf(line, place) : [],
  });
}

function exceptionsOf(line: RunLine, state: RunState | null, place: Position | null): RunException[] {
  const at = place && { entity: place.entity, period: place.period };
  if (state === "failed")
    return [{ ...exceptionOf(line.error || "The flow failed and says no reason.", RELAYED), ...at }];
  return (line.rejections ?? []).map(({ message, count }) => ({
    ...exceptionOf(message, RELAYED),
    ...(count != null && { count }),
    ...at,
  }));
}

function totalsOf({ totals, correlationId }: RunLine, { entity, ledger, period, version }: Position): ControlTotal[] {
  const grain = { entity, ledger, period, version, account: "", currency: totals?.currency ?? "" };
  return (["count", "debit", "credit", "net"] as const).flatMap((measure) => {
    const value = DecimalString.safeParse(totals?.[measure]).data;
    return value === undefined ? [] : [{ ...grain, measure, value, ...(correlationId && { correlationId }) }];
  });
}

/** Messages given up, as one failure of the queue for each sample that took some in after an instant. */
export function deadLetterEvents(queue: string, history: QueueHistory, after: string, namespace: string): RunEvent[] {
  return history.messagesSent.flatMap(({ date, value }) => {
    const at = iso(date.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
    if (value <= 0 || at === null || at <= after) return [];
    const held = history.messages.find((sample) => sample.date === date)?.value;
    const message = `${value} messages were given up to ${queue}${held === undefined ? "" : `, which holds ${held}`}.`;
    return signedRun(PRODUCER, {
      eventType: "FAIL",
      at,
      runId: runIdOf(namespace, `${queue}/${at}`),
      job: { namespace, name: queue },
      facets: {
        tieout_outcome: { vendorStatus: "dead letter", rowsRejected: value },
        tieout_exceptions: { exceptions: [{ code: "queue-backlog", class: "technical", message, count: value }] },
        errorMessage: { message, programmingLanguage: "Text" },
      },
      inputs: [],
      outputs: [],
    });
  });
}

export function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
