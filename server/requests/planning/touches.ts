import type { PlanStep, PlanTouches } from "../../../schemas/wire/plan.ts";
import { indexOf, serves } from "../../checks/estate-index.ts";
import { datasetNode } from "../../lineage/node-id.ts";
import { reachedFrom } from "./plan-graph.ts";
import type { PlanWorld } from "./world.ts";

/** What the steps touch, and what stands on it further down the lineage. */
export function touchesOf(world: PlanWorld, steps: readonly PlanStep[], window: Window): PlanTouches {
  const { estate, graph } = world;
  const index = indexOf(estate);
  const distinct = (values: Iterable<string | null>) =>
    [...new Set([...values].filter((value) => value !== null))].sort();
  const flows = distinct(steps.map(({ flow }) => flow));
  const datasets = distinct(steps.map(({ dataset }) => dataset));
  const nodeOf = (id: string) => datasetNode(index.name(id));
  const reached = reachedFrom(graph, datasets.map(nodeOf));
  const downstream = estate.datasets
    .filter(({ id }) => !datasets.includes(id))
    .filter(({ id }) => reached.has(nodeOf(id)))
    .map(({ id }) => id);
  const all = new Set([...datasets, ...downstream]);
  const shared = steps.some(({ kind, entity, flow }) => flow && entity === null && kind !== "check");
  const entities = shared
    ? estate.entities.filter(({ id }) => flows.some((flow) => serves(index.flow(flow), id))).map(({ id }) => id)
    : distinct(steps.map(({ entity }) => entity));
  return {
    entities: distinct(window.entities.length > 0 ? window.entities : entities),
    periods: distinct([...steps.map(({ period }) => period), ...window.periods]),
    flows,
    systems: distinct(steps.map(({ system }) => system)),
    datasets,
    downstream,
    reports: estate.reports.filter((report) => report.datasets.some((id) => all.has(id))).map(({ id }) => id),
    milestones: estate.close.milestones.flatMap(({ id, gate }) =>
      (gate.kind === "flow" && flows.includes(gate.flow)) ||
      (gate.kind === "reconciliation" && flows.includes(index.reconciliation(gate.reconciliation).flow))
        ? [id]
        : [],
    ),
  };
}

/** What was asked for, as far as it was named. */
export interface Window {
  entities: readonly string[];
  periods: readonly string[];
}
