import type { Run, Total } from "../../schemas/run.ts";
import { mergeRun, runOf, type RunFold } from "../facts/run-fold.ts";
import type { CorrelationHow, IncomingRow, IoSeen, NameSeen } from "../ingest/incoming-row.ts";
import { attemptsOf, type Attempt } from "./attempts.ts";

/** Identifies a run: run ids are reused across jobs in the wild. */
export interface RunKey {
  jobNamespace: string;
  jobName: string;
  runId: string;
}

/** Dataset, entity and period a run reads or writes; entity and period are empty where it does not say. */
export type Place = Omit<IoSeen, "direction">;

/** A run with everything in its events that ties it to others. */
export interface TracedRun {
  key: string;
  run: Run;
  reads: Place[];
  writes: Place[];
  names: NameSeen[];
  /** Of the latest report on each dataset, entity, period and version. */
  totals: Total[];
  /** Snapshots its figures were taken from. */
  snapshots: Snapshot[];
  attempts: Attempt[];
  /** How it belongs to the correlation asked for; empty where it was found another way. */
  hows: CorrelationHow[];
  /** When its first and last event reached Tieout. */
  receivedAt: { first: string; last: string };
  events: number;
}

export interface Snapshot extends Place {
  snapshotAsOf: string;
  completeThrough: string;
}

export function keyOf({ jobNamespace, jobName, runId }: RunKey): string {
  return `${jobNamespace}\n${jobName}\n${runId}`;
}

/** Folds events to runs, in any order and however often each comes; events of no run are passed over. */
export function tracedRuns(
  rows: readonly IncomingRow[],
  hows: ReadonlyMap<string, readonly CorrelationHow[]> = new Map(),
): TracedRun[] {
  const once = [...new Map(rows.map((row) => [row.eventId, row])).values()].filter(({ run }) => run !== null);
  const byRun = Map.groupBy(once, keyOf);
  return [...byRun].map(([key, events]) => tracedRun(key, events, hows.get(key) ?? []));
}

function tracedRun(key: string, events: readonly IncomingRow[], hows: readonly CorrelationHow[]): TracedRun {
  const inTime = events.toSorted(inOrder);
  const fold: RunFold = { ...inTime[0]!.run! };
  for (const { run } of inTime.slice(1)) mergeRun(fold, run!);
  const io = distinct(inTime.flatMap((row) => row.io));
  const places = (way: IoSeen["direction"]) =>
    io.filter(({ direction }) => direction === way).map(({ direction: _way, ...place }) => place);
  const received = inTime.map(({ receivedAt }) => receivedAt).toSorted();
  return {
    key,
    run: runOf(fold, places("output")),
    reads: places("input"),
    writes: places("output"),
    names: distinct(inTime.flatMap(({ names }) => names)),
    totals: latestTotals(inTime),
    snapshots: latestSnapshots(inTime),
    attempts: attemptsOf(inTime.map(({ eventTime, eventType }) => ({ at: eventTime, type: eventType }))),
    hows: [...new Set(hows)].sort(),
    receivedAt: { first: received[0]!, last: received.at(-1)! },
    events: inTime.length,
  };
}

/** By event time, then rank, then identity, as every fold decides. */
function inOrder(one: IncomingRow, other: IncomingRow): number {
  if (one.eventTime !== other.eventTime) return one.eventTime < other.eventTime ? -1 : 1;
  return one.rank - other.rank || (one.eventId < other.eventId ? -1 : 1);
}

function distinct<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((each) => [JSON.stringify(each), each])).values()].sort((one, other) =>
    JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
  );
}

/** Reports replace each other whole. */
function latestTotals(inTime: readonly IncomingRow[]): Total[] {
  const slots = new Map<string, Total[]>();
  for (const row of inTime) {
    const reports = Map.groupBy(row.totals, ({ namespace, name, entity, period, version }) =>
      JSON.stringify([namespace, name, entity, period, version]),
    );
    for (const [slot, totals] of reports) {
      slots.set(
        slot,
        totals.map((total) => ({ ...total, runId: row.runId, correlationId: total.correlationId || null })),
      );
    }
  }
  return [...slots.values()].flat();
}

function latestSnapshots(inTime: readonly IncomingRow[]): Snapshot[] {
  const slots = new Map<string, Snapshot>();
  for (const { namespace, name, entity, period, snapshotAsOf, completeThrough } of inTime.flatMap(
    (row) => row.watermarks,
  )) {
    const place = { namespace, name, entity, period };
    slots.set(JSON.stringify(place), { ...place, snapshotAsOf: snapshotAsOf ?? "", completeThrough });
  }
  return [...slots.values()];
}

/** When it first worked; its last sign of life where it never said. */
export function startOf({ run }: TracedRun): string {
  return run.startedAt ?? run.lastEventAt;
}

export function endOf({ run }: TracedRun): string {
  return run.endedAt ?? run.lastEventAt;
}
