import type { Estate } from "../../schemas/estate/estate.ts";
import type { DeclaredSteps } from "./graph-at.ts";
import { datasetNode, jobNode, reportNode, type NodeId } from "./node-id.ts";
import type { Ref, StepIndex } from "./step-index.ts";

/** A step the estate states, and the hop of a flow it belongs to; none for the datasets behind a report. */
export interface DeclaredEdge {
  origin: NodeId;
  destination: NodeId;
  hop: { flow: string; dataset: string; entities: readonly string[] } | null;
}

/** Estate ids to nodes of its datasets. */
export function datasetNodes(estate: Estate): Map<string, NodeId> {
  const namespaces = new Map(estate.systems.map((system) => [system.id, system.namespace]));
  return new Map(
    estate.datasets.map(({ id, system, name }) => [id, datasetNode({ namespace: namespaces.get(system)!, name })]),
  );
}

/** The steps the estate states: each hop's jobs read the dataset before it and fill its own; reports read their datasets. */
export function declaredEdges(estate: Estate): DeclaredEdge[] {
  const nodes = datasetNodes(estate);
  const systems = new Map(estate.systems.map((system) => [system.id, system.namespace]));
  const namespaces = new Map(estate.datasets.map(({ id, system }) => [id, systems.get(system)!]));
  const flows = estate.flows.flatMap((flow) => {
    const entities = flow.entities === "all" ? estate.entities.map((entity) => entity.id) : flow.entities;
    return flow.hops.flatMap(({ dataset, job: template }, at) => {
      const before = at === 0 ? flow.source : flow.hops[at - 1]!.dataset;
      const jobs = Map.groupBy(entities, (entity) => template.replaceAll("{entity}", entity));
      return [...jobs].flatMap(([name, served]): DeclaredEdge[] => {
        const job = jobNode({ namespace: namespaces.get(dataset)!, name });
        const hop = { flow: flow.id, dataset, entities: served };
        const reads = before ? [{ origin: nodes.get(before)!, destination: job, hop }] : [];
        return [...reads, { origin: job, destination: nodes.get(dataset)!, hop }];
      });
    });
  });
  const reports = estate.reports.flatMap(({ id, datasets }) =>
    datasets.map((each): DeclaredEdge => {
      return { origin: nodes.get(each)!, destination: reportNode(estate.estate.name, id), hop: null };
    }),
  );
  return [...flows, ...reports];
}

/** Declared steps as numbers of an index, which takes their nodes up. */
export function declaredSteps(index: StepIndex, edges: readonly DeclaredEdge[]): DeclaredSteps {
  const out = new Map<Ref, Set<Ref>>();
  const into = new Map<Ref, Set<Ref>>();
  const put = (map: Map<Ref, Set<Ref>>, from: Ref, to: Ref) => {
    const known = map.get(from);
    if (known) known.add(to);
    else map.set(from, new Set([to]));
  };
  for (const edge of edges) {
    const [origin, destination] = [index.intern(edge.origin), index.intern(edge.destination)];
    put(out, origin, destination);
    put(into, destination, origin);
  }
  return {
    outOf: (node) => [...(out.get(node) ?? [])],
    into: (node) => [...(into.get(node) ?? [])],
    has: (origin, destination) => out.get(origin)?.has(destination) ?? false,
    nodes: new Set([...out.keys(), ...into.keys()]),
  };
}
