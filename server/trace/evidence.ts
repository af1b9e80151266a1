import type { LinkedBy, Sure } from "../../schemas/wire/trace.ts";
import type { NameKind } from "../ingest/incoming-row.ts";
import { startOf, type Place, type TracedRun } from "./traced-run.ts";

/** Why two runs are taken to belong together, and how sure that is. */
export interface Evidence {
  by: LinkedBy;
  sure: Sure;
  /** What both know: an ID, a file, a snapshot; empty where the fact itself says it. */
  what: string;
}

const RANK: Record<Sure, number> = { certain: 2, likely: 1, possible: 0 };

export function surer(one: Sure, other: Sure): number {
  return RANK[one] - RANK[other];
}

export function leastSure(one: Sure, other: Sure): Sure {
  return RANK[one] < RANK[other] ? one : other;
}

/** Names two systems can both know, how a link by it is called, and how sure it makes. A file name may be used again. */
const SHARED: Partial<Record<NameKind, { by: LinkedBy; sure: Sure }>> = {
  message: { by: "message-id", sure: "certain" },
  "file-hash": { by: "file-hash", sure: "certain" },
  version: { by: "dataset-version", sure: "certain" },
  query: { by: "external-query", sure: "certain" },
  file: { by: "file-name", sure: "likely" },
  batch: { by: "batch-name", sure: "likely" },
  idempotency: { by: "idempotency-key", sure: "likely" },
  root: { by: "root-run", sure: "possible" },
};

/** The kinds of names under which other runs of a batch are looked for. */
export const FOLLOWED = [...Object.keys(SHARED), "parent", "upstream", "downstream", "causation"] as NameKind[];

/**
 * Everything that says `up` fed `down`, surest first; without what only time says. Pure and directed: two runs that name
 * the same message are linked from the one that began first.
 */
export function evidenceBetween(up: TracedRun, down: TracedRun, correlationId: string | null): Evidence[] {
  const found = [
    ...named(up, down),
    ...(startOf(up) <= startOf(down) ? shared(up, down) : []),
    ...(feeds(up, down) ? [...correlated(up, down, correlationId), ...sameSnapshot(up, down)] : []),
  ];
  return found.toSorted((one, other) => surer(other.sure, one.sure));
}

/** One names the other by its run id. */
function named(up: TracedRun, down: TracedRun): Evidence[] {
  const has = (run: TracedRun, kind: NameKind, id: string) =>
    run.names.some((seen) => seen.kind === kind && seen.name === id);
  const found: Evidence[] = [];
  const certain = (by: LinkedBy, what: string) => found.push({ by, sure: "certain", what });
  if (has(down, "upstream", up.run.runId)) certain("job-dependency", `${down.run.jobName} names the run that fed it`);
  if (has(up, "downstream", down.run.runId)) certain("job-dependency", `${up.run.jobName} names the run it started`);
  if (has(down, "causation", up.run.runId)) certain("causation", "named as its cause");
  if (has(down, "parent", up.run.runId)) certain("parent-run", `${down.run.jobName} is part of it`);
  return found;
}

function shared(up: TracedRun, down: TracedRun): Evidence[] {
  return up.names.flatMap((one) => {
    const how = SHARED[one.kind];
    const both = how && down.names.some(({ kind, name }) => kind === one.kind && name === one.name);
    return both ? [{ ...how, what: one.kind === "version" ? (one.name.split("\n").at(-1) ?? "") : one.name }] : [];
  });
}

/** Both carry the ID, or the figures of one do. */
function correlated(up: TracedRun, down: TracedRun, correlationId: string | null): Evidence[] {
  const id = up.run.correlationId ?? correlationId;
  if (id === null) return [];
  const inData = (run: TracedRun) => run.totals.some((total) => total.correlationId === id);
  if (up.run.correlationId === id && down.run.correlationId === id) {
    return [{ by: "correlation-id", sure: "certain", what: id }];
  }
  const known = (run: TracedRun) => run.run.correlationId === id || inData(run);
  return known(up) && known(down) ? [{ by: "id-in-data", sure: "certain", what: id }] : [];
}

/** Figures taken from one snapshot, to the millisecond, of one entity and period. */
function sameSnapshot(up: TracedRun, down: TracedRun): Evidence[] {
  const both = down.snapshots.find(
    (one) =>
      one.snapshotAsOf !== "" &&
      up.snapshots.some(
        (other) =>
          other.snapshotAsOf === one.snapshotAsOf && other.entity === one.entity && other.period === one.period,
      ),
  );
  return both ? [{ by: "snapshot", sure: "likely", what: both.snapshotAsOf }] : [];
}

/** Whether `down` reads what `up` writes, for an entity and period both may be of. */
export function feeds(up: TracedRun, down: TracedRun): boolean {
  return up.writes.some((written) =>
    down.reads.some(
      (read) =>
        read.namespace === written.namespace && read.name === written.name && overlaps(placesOf(down, read), written),
    ),
  );
}

/** What a run is about: where its input does not say, what it writes does. */
function placesOf(run: TracedRun, read: Place): Place[] {
  return read.entity === "" && run.writes.length > 0 ? run.writes : [read];
}

function overlaps(places: readonly Place[], of: Place): boolean {
  const fits = (one: string, other: string) => one === "" || other === "" || one === other;
  return places.some((place) => fits(place.entity, of.entity) && fits(place.period, of.period));
}
