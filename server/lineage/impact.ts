import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Report } from "../../schemas/estate/flow.ts";
import { datasetNode, reach, type Graph } from "./graph.ts";

export interface Impact {
  /** Estate ids of the datasets downstream, nearest first, without the start. */
  datasets: string[];
  reports: Report[];
  /** Milestones whose data passes through the dataset, and those that wait for them. */
  milestones: Milestone[];
}

const FAR = 100;

/** What stands on a dataset: if it is late or wrong, these reports and milestones are too. */
export function impactOf(estate: Estate, graph: Graph, dataset: string): Impact {
  const namespaces = new Map(estate.systems.map((system) => [system.id, system.namespace]));
  const nodeOf = new Map(
    estate.datasets.map((each) => [each.id, datasetNode(namespaces.get(each.system)!, each.name)]),
  );
  const reached = reach(graph, nodeOf.get(dataset)!, "downstream", FAR);
  const touched = estate.datasets
    .filter((each) => reached.has(nodeOf.get(each.id)!))
    .sort((a, b) => reached.get(nodeOf.get(a.id)!)! - reached.get(nodeOf.get(b.id)!)!)
    .map((each) => each.id);
  const held = new Set(
    estate.close.milestones.filter((milestone) => needs(estate, milestone, touched)).map(({ id }) => id),
  );
  for (let before = -1; before !== held.size;) {
    before = held.size;
    for (const { id, after } of estate.close.milestones) if (after.some((each) => held.has(each))) held.add(id);
  }
  return {
    datasets: touched.filter((id) => id !== dataset),
    reports: estate.reports.filter((report) => report.datasets.some((id) => touched.includes(id))),
    milestones: estate.close.milestones.filter(({ id }) => held.has(id)),
  };
}

function needs(estate: Estate, { gate }: Milestone, datasets: readonly string[]): boolean {
  if (gate.kind === "reconciliation") {
    const rule = estate.reconciliations.find((candidate) => candidate.id === gate.reconciliation);
    return rule?.legs.some((leg) => datasets.includes(leg)) ?? false;
  }
  if (gate.kind !== "flow") return false;
  const flow = estate.flows.find((candidate) => candidate.id === gate.flow);
  const through = gate.through ?? flow?.hops.at(-1)?.dataset;
  return through !== undefined && datasets.includes(through);
}
