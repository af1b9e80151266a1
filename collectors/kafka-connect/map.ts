import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { openPlaces } from "../open-places.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { RELAYED } from "../relayed-text.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { Batch, ConnectorStatus } from "./vendor.ts";

const PRODUCER = producerOf("kafka-connect");

/** States of connectors and tasks; STOPPED is a connector's only. */
const STATES: Record<string, RunState> = {
  RUNNING: "running",
  UNASSIGNED: "running",
  RESTARTING: "running",
  PAUSED: "paused",
  FAILED: "failed",
  STOPPED: "aborted",
};
const REBALANCING = new Set(["UNASSIGNED", "RESTARTING"]);

/** What a connector says of a batch. */
const BATCH_STATES: Record<string, RunState> = {
  running: "running",
  complete: "complete",
  partial: "partial",
  failed: "failed",
  stopped: "aborted",
};

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** How a connector stands, which is how the worst of it stands: one may run while all its tasks have failed. */
export interface Standing {
  /** Null for a word nobody can place. */
  state: RunState | null;
  word: string;
  traces: string[];
}

export function standingOf({ connector, tasks }: ConnectorStatus, { otherStates }: Settings): Standing {
  const all = [{ ...connector, name: "Connector" }, ...tasks.map((task) => ({ ...task, name: `Task ${task.id}` }))];
  const place = (word: string) => STATES[word] ?? otherStates[word] ?? null;
  const failed = all.filter(({ state }) => place(state) === "failed");
  const moved = all.find(({ state }) => REBALANCING.has(state));
  const worst = failed[0] ?? (connector.state === "RUNNING" && moved ? moved : connector);
  const traces = failed.map(({ name, trace }) => `${name}: ${reasonOf(trace) || "failed without a trace"}`);
  return { state: place(worst.state), word: worst.state, traces };
}

/** The line of a trace that names the cause. */
function reasonOf(trace: string | null | undefined): string {
  const lines = (trace ?? "").split("\n").map((line) => line.trim());
  return (
    lines
      .findLast((line) => line.startsWith("Caused by:"))
      ?.slice(10)
      .trim() ??
    lines[0] ??
    ""
  );
}

/** A connector as it has stood since an instant. Connect tells no times, so they are those of the polls that saw it. */
export interface Session {
  startedAt: string;
  since: string;
  state: RunState | null;
  word: string;
  traces: string[];
}

export function sessionKey(connector: string, { startedAt }: Session): string {
  return `session/${connector}/${startedAt}`;
}

/** The connector a session's key names; null for the key of a batch. */
export function connectorOf(key: string): string | null {
  return /^session\/(.+)\/[^/]+$/.exec(key)?.[1] ?? null;
}

/** The session that follows from how a connector stands now; null while it is stopped and was not seen otherwise. */
export function nextSession(
  before: Session | undefined,
  now: Standing | null,
  at: string,
  { rebalanceMinutes }: Settings,
): Session | null {
  const standing = now ?? { state: "aborted" as const, word: "deleted", traces: [] };
  const going = before && before.state !== "aborted" ? before : undefined;
  if (!going && standing.state === "aborted") return null;
  const since = going && going.word === standing.word && same(going.traces, standing.traces) ? going.since : at;
  const stuck = REBALANCING.has(standing.word) && Date.parse(at) - Date.parse(since) > rebalanceMinutes * 60_000;
  const traces = stuck ? [`Connector: ${standing.word} for more than ${rebalanceMinutes} minutes`] : standing.traces;
  return {
    startedAt: going?.startedAt ?? at,
    since,
    state: stuck ? "failed" : standing.state,
    word: standing.word,
    traces,
  };
}

/** What a session's present state implies. A failure does not end it: tasks started again go on in it. */
export function sessionEvents(connector: string, session: Session, { namespace, settings }: Mapping): RunEvent[] {
  const declared = jobNamed(settings.connectors, connector);
  const streams = declared && !declared.job.batches ? declared : undefined;
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: sessionKey(connector, session), job: connector, queuedAt: session.startedAt },
    startedAt: session.state === "running" ? session.since : null,
    ...{ changedAt: session.since, endedAt: session.since, state: session.state, vendorStatus: session.word },
    words: { queued: "RUNNING", running: "RUNNING" },
    exceptions: session.state === "failed" ? session.traces.map((trace) => exceptionOf(trace, RELAYED)) : [],
    fills: streams?.job,
    position: streams && openPlaces(streams.job, streams.entity, session.startedAt),
  });
}

/** A batch with the connector that loads it. */
export interface SeenBatch {
  connector: string;
  batch: Batch;
}

export function batchKey({ connector, batch }: SeenBatch): string {
  return `${connector}/${batch.partition.batch}`;
}

export function batchState({ batch }: SeenBatch): RunState | null {
  return BATCH_STATES[batch.offset.state.toLowerCase()] ?? null;
}

export function isOpen(seen: SeenBatch): boolean {
  return !hasEnded(batchState(seen));
}

/** When a batch last changed. */
export function changedAt({ batch }: SeenBatch): string {
  return iso(batch.offset.endedAt) ?? iso(batch.offset.startedAt) ?? new Date(0).toISOString();
}

/** Every event a batch's present state implies, oldest first. */
export function batchEvents(seen: SeenBatch, { namespace, settings }: Mapping): RunEvent[] {
  const { partition, offset } = seen.batch;
  const declared = jobNamed(settings.connectors, seen.connector);
  const place = declared && placeOf(declared.job, declared.entity || partition.entity, periodNamed(partition.period));
  const snapshotAsOf = iso(partition.snapshotAsOf);
  const startedAt = iso(offset.startedAt) ?? changedAt(seen);
  const state = batchState(seen);
  const at = place && { entity: place.entity, period: place.period };
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: batchKey(seen), job: seen.connector, queuedAt: startedAt, endedAt: iso(offset.endedAt), state },
    ...{ vendorStatus: offset.state, words: { queued: "running", running: "running" } },
    counts: { rowsRead: offset.rowsRead, rowsWritten: offset.rowsWritten, rowsRejected: offset.rowsRejected },
    exceptions: batchExceptions(seen.batch, state).map((each) => ({ ...each, ...at })),
    correlationId: partition.correlationId,
    fills: declared?.job,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf ?? (declared?.job.completeThrough === "start" ? startedAt : null),
  });
}

function batchExceptions({ offset }: Batch, state: RunState | null): RunException[] {
  if (state === "failed") return [exceptionOf(offset.error || "The batch failed and says no reason.", RELAYED)];
  return (offset.rejections ?? []).map(({ message, count }) => ({
    ...exceptionOf(message, RELAYED),
    ...(count != null && { count }),
  }));
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.join("\n") === other.join("\n");
}

function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
