import type { Flow, Hop } from "../../../schemas/estate/flow.ts";
import type { System } from "../../../schemas/estate/system.ts";
import type { Run } from "../../../schemas/run.ts";
import { indexOf, serves } from "../../checks/estate-index.ts";
import { isActive } from "../../reconcile/legs.ts";
import type { PlanWorld } from "./world.ts";

/** One load a plan may have run: a job of a hop for an entity and period. */
export interface Load {
  /** The same load of two flows or entities is one. */
  key: string;
  kind: "drive" | "rerun" | "follow";
  flow: Flow;
  hop: Hop;
  at: number;
  system: System;
  /** Null where one run serves all entities. */
  entity: string | null;
  period: string | null;
  job: string;
  parameters: Record<string, string>;
  /** Every run into its dataset for the entity and period, newest start first. */
  runs: readonly Run[];
  /** The run done again, where it is one. */
  again: Run | null;
}

/** Fills in what the estate writes as `{entity}` and `{period}`. */
export function filled(text: string, entity: string, period: string): string {
  return text.replaceAll("{entity}", entity).replaceAll("{period}", period);
}

/** A hop's load for an entity and period; `rerun` is what the system is asked, the hop's own job where nothing is. */
export function loadOf(
  world: PlanWorld,
  flow: Flow,
  at: number,
  entity: string,
  period: string,
  kind: Load["kind"],
): Load {
  const index = indexOf(world.estate);
  const hop = flow.hops[at]!;
  const system = index.systemOf(hop.dataset);
  const template = hop.rerun?.job ?? hop.job;
  const declared = Object.entries(hop.rerun?.parameters ?? {});
  const shared = ![template, ...declared.map(([, value]) => value)].some((text) => text.includes("{entity}"));
  const job = filled(template, entity, period);
  const parameters = Object.fromEntries(declared.map(([name, value]) => [name, filled(value, entity, period)]));
  return {
    ...{ kind, flow, hop, at, system, period, job, parameters, again: null },
    key: JSON.stringify([system.id, job, parameters, period]),
    entity: shared ? null : entity,
    runs: world.facts.runsInto(index.name(hop.dataset), entity, period),
  };
}

/** The loads of a sync: its first hop is driven, what comes after it by itself is followed to its end. */
export function syncLoads(world: PlanWorld, flow: Flow, wish: SyncWish): Load[] {
  const { dataset, through, entities, periods } = wish;
  const from = dataset ? flow.hops.findIndex((hop) => hop.dataset === dataset) : firstDrivable(world, flow);
  const to = through ? flow.hops.findIndex((hop) => hop.dataset === through) : dataset ? from : flow.hops.length - 1;
  if (from < 0) return [];
  return entities
    .filter((entity) => serves(flow, entity))
    .flatMap((entity) =>
      periods.flatMap((period) =>
        flow.hops.flatMap((_hop, at) =>
          at < from || at > to ? [] : [loadOf(world, flow, at, entity, period, at === from ? "drive" : "follow")],
        ),
      ),
    );
}

interface SyncWish {
  dataset?: string | undefined;
  through?: string | undefined;
  entities: readonly string[];
  periods: readonly string[];
}

function firstDrivable(world: PlanWorld, flow: Flow): number {
  const index = indexOf(world.estate);
  return flow.hops.findIndex(
    ({ dataset, rerun }) => rerun && world.drivable.get(index.systemOf(dataset).id)?.trigger === true,
  );
}

export type Chosen = "failed" | "affected" | "rejected" | "all";

/**
 * The loads of a window that are to run again. failed: the latest run failed or lost rows; rejected: it lost rows;
 * affected: those and whatever was made of them since; all: every load of the window.
 */
export function windowLoads(
  world: PlanWorld,
  flows: readonly Flow[],
  { entities, periods }: Pick<SyncWish, "entities" | "periods">,
  only: Chosen,
): Load[] {
  return flows.flatMap((flow) =>
    entities
      .filter((entity) => serves(flow, entity))
      .flatMap((entity) => periods.flatMap((period) => chainLoads(world, flow, entity, period, only))),
  );
}

function chainLoads(world: PlanWorld, flow: Flow, entity: string, period: string, only: Chosen): Load[] {
  const loads = flow.hops.map((_hop, at) => loadOf(world, flow, at, entity, period, "drive"));
  if (only === "all") return loads.map((load, at) => (at === 0 ? load : { ...load, kind: "follow" }));
  const wanted = only === "rejected" ? lostRows : (run: Run) => didFail(run) || lostRows(run);
  const bad = loads.map(({ runs }) => (runs[0] !== undefined && wanted(runs[0]) ? runs[0] : null));
  const first = bad.findIndex((run) => run !== null);
  if (first < 0) return [];
  return loads.flatMap((load, at): Load[] => {
    const run = bad[at] ?? null;
    if (at === first) return [againLoad(world, load, run)];
    if (at < first) return [];
    return run || only === "affected" ? [{ ...load, kind: "follow" }] : [];
  });
}

/** The load behind a run named by its id; null where the estate declares no hop for it. */
export function loadOfRun(world: PlanWorld, hops: HopsByDataset, run: Run): Load | null {
  for (const target of run.targets) {
    const entity = target.entity ?? "";
    const period = target.period ?? "";
    for (const { flow, at } of hops.get(`${target.namespace}\n${target.name}`) ?? []) {
      if (filled(flow.hops[at]!.job, entity, period) !== run.jobName || !serves(flow, entity)) continue;
      return againLoad(world, loadOf(world, flow, at, entity, period, "drive"), run);
    }
  }
  return null;
}

export type HopsByDataset = ReadonlyMap<string, readonly { flow: Flow; at: number }[]>;

/** Every hop by the OpenLineage name of what it fills. */
export function hopsByDataset({ estate }: PlanWorld): HopsByDataset {
  const index = indexOf(estate);
  const all = estate.flows.flatMap((flow) => flow.hops.map((hop, at) => ({ flow, at, name: index.name(hop.dataset) })));
  return Map.groupBy(all, ({ name }) => `${name.namespace}\n${name.name}`);
}

/** A failed run is done again by its vendor's own means where there are any: from where it failed. */
function againLoad(world: PlanWorld, load: Load, run: Run | null): Load {
  const native = run !== null && didFail(run) && world.vendorKeys.has(run.runId);
  return { ...load, again: run, kind: native && world.drivable.get(load.system.id)?.rerun ? "rerun" : "drive" };
}

export function didFail(run: Run): boolean {
  return run.state === "FAILED" || run.state === "ABORTED";
}

export function lostRows(run: Run): boolean {
  return run.state === "COMPLETED" && ((run.rowsRejected ?? 0) > 0 || run.qualifier === "partial");
}

/** A run of the load under way, which is adopted rather than started twice. */
export function underWayOf(load: Load): Run | null {
  return load.runs.find((run) => isActive(run)) ?? null;
}
