import type { Estate } from "../../schemas/estate/estate.ts";
import type { Flow } from "../../schemas/estate/flow.ts";
import type { TraceLane } from "../../schemas/wire/trace.ts";
import { indexOf, type EstateIndex } from "../checks/estate-index.ts";
import { endOf, startOf, type TracedRun } from "./traced-run.ts";

/** The figure a trace is about, as far as its runs agree on one. */
export interface Subject {
  flow: Flow | null;
  entity: string | null;
  period: string | null;
}

/** The flow, entity and period most of the runs write; those that say how they carry the ID count first. */
export function subjectOf(estate: Estate, runs: readonly TracedRun[], correlationId: string | null): Subject {
  const index = indexOf(estate);
  const votes = new Map<string, { subject: Subject; count: number }>();
  for (const { run, writes, totals, hows } of runs) {
    const ownData = totals.filter((total) => correlationId !== null && total.correlationId === correlationId);
    const places = ownData.length > 0 ? ownData : hows.includes("in-data") ? [] : writes;
    const weight = run.correlationId === correlationId && correlationId !== null ? 1_000 : 1;
    const seen = new Set<string>();
    for (const place of places) {
      for (const flow of flowsThrough(estate, index, place)) {
        const subject = { flow, entity: place.entity || null, period: place.period || null };
        const key = JSON.stringify([flow?.id, subject.entity, subject.period]);
        if (seen.has(key)) continue;
        seen.add(key);
        const known = votes.get(key) ?? { subject, count: 0 };
        votes.set(key, { subject, count: known.count + weight });
      }
    }
  }
  const [most] = [...votes].sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1));
  return most?.[1].subject ?? { flow: null, entity: null, period: null };
}

function flowsThrough(estate: Estate, index: EstateIndex, place: { namespace: string; name: string }): (Flow | null)[] {
  const dataset = index.datasetNamed(place)?.id;
  const flows = estate.flows.filter((flow) => flow.hops.some((hop) => hop.dataset === dataset));
  return flows.length > 0 ? flows : [null];
}

/** The hop of a flow a run fills; −1 for none. */
export function hopOf(estate: Estate, flow: Flow | null, { writes }: TracedRun): number {
  const index = indexOf(estate);
  const datasets = writes.map((place) => index.datasetNamed(place)?.id);
  return flow?.hops.findIndex(({ dataset }) => datasets.includes(dataset)) ?? -1;
}

/**
 * The way hop by hop: what ran into each, how long it waited for the hop before, and, where nothing ran, what was not seen.
 * Runs outside the flow stand in lanes of their own, by system, in order of time.
 */
export function lanesOf(estate: Estate, { flow, entity }: Subject, runs: readonly TracedRun[]): TraceLane[] {
  const inTime = runs.toSorted((one, other) => (startOf(one) < startOf(other) ? -1 : 1));
  const index = indexOf(estate);
  const lanes: TraceLane[] = [];
  for (const [at, hop] of flow?.hops.entries() ?? []) {
    const dataset = index.dataset(hop.dataset);
    const system = index.systemOf(hop.dataset);
    const own = inTime.filter((run) => hopOf(estate, flow, run) === at);
    const title = entity ? hop.job.replace("{entity}", entity) : hop.title;
    lanes.push(laneOf({ dataset: dataset.id, title, system: system.id, systemTitle: system.title }, own));
  }
  const others = inTime.filter((run) => hopOf(estate, flow, run) < 0);
  for (const [namespace, own] of Map.groupBy(others, ({ run }) => run.jobNamespace)) {
    const system = estate.systems.find((each) => each.namespace === namespace);
    const jobs = new Set(own.map(({ run }) => run.jobName));
    const title = jobs.size === 1 ? own[0]!.run.jobName : `${jobs.size} jobs`;
    const systemTitle = system?.title ?? namespace;
    lanes.push(laneOf({ dataset: null, title, system: system?.id ?? null, systemTitle }, own));
  }
  return withWaits(lanes, new Map(runs.map((run) => [run.key, run])));
}

type Named = Pick<TraceLane, "dataset" | "title" | "system" | "systemTitle">;

function laneOf(named: Named, runs: readonly TracedRun[]): TraceLane {
  return { ...named, runs: runs.map(({ key }) => key), state: stateOf(runs), waitSeconds: null, gap: null };
}

function stateOf(runs: readonly TracedRun[]): TraceLane["state"] {
  if (runs.length === 0) return "not-seen";
  if (runs.some(({ run }) => run.state === "COMPLETED")) return "delivered";
  return runs.some(({ run }) => run.state === "RUNNING" || run.state === "NEW") ? "under-way" : "failed";
}

function withWaits(lanes: readonly TraceLane[], byKey: ReadonlyMap<string, TracedRun>): TraceLane[] {
  return lanes.map((lane, at) => {
    if (lane.dataset === null) return lane;
    if (lane.state === "not-seen") return { ...lane, gap: gapOf(lanes, at) };
    const before = lanes.slice(0, at).findLast(({ state, dataset }) => dataset !== null && state !== "not-seen");
    const began = startOf(byKey.get(lane.runs[0]!)!);
    const ends = (before?.runs ?? []).map((key) => byKey.get(key)!).filter((run) => startOf(run) <= began);
    const last = ends.filter(({ run }) => run.state === "COMPLETED").at(-1) ?? ends.at(-1);
    return last ? { ...lane, waitSeconds: (Date.parse(began) - Date.parse(endOf(last))) / 1000 } : lane;
  });
}

/** What was not seen, and why that may be. */
function gapOf(lanes: readonly TraceLane[], at: number): string {
  const lane = lanes[at]!;
  const seen = (each: TraceLane) => each.dataset !== null && each.state !== "not-seen";
  const before = lanes.slice(0, at).findLast(seen);
  const after = lanes.slice(at + 1).find(seen);
  const none = `No run of ${lane.systemTitle} was seen for this batch`;
  if (after) return `${none}, though ${after.systemTitle} has it.`;
  if (!before) return `${none}.`;
  if (before.state === "under-way") return `${none}; ${before.systemTitle} is not done yet.`;
  if (before.state === "failed") return `${none}; ${before.systemTitle} failed, so that nothing was handed on.`;
  return `${none} since ${before.systemTitle} delivered.`;
}
