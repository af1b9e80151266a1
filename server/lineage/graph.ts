import type { Estate } from "../../schemas/estate/estate.ts";
import type { Edge } from "../../schemas/run.ts";

/** Node ids as Marquez writes them: `dataset:<namespace>:<name>` and `job:<namespace>:<name>`. */
export type NodeId = string;

export interface GraphEdge {
  origin: NodeId;
  destination: NodeId;
  /** Stated by the estate, seen in events, or both. */
  declared: boolean;
  /** When an event last showed it; null for what is only declared. */
  lastSeenAt: string | null;
}

/** A directed graph of datasets and jobs, ready to be walked either way. */
export interface Graph {
  has(id: NodeId): boolean;
  into(id: NodeId): readonly GraphEdge[];
  outOf(id: NodeId): readonly GraphEdge[];
}

export type Direction = "upstream" | "downstream";

/** Joins observed and declared edges; the same step twice is one edge that remembers both. */
export function graphOf(observed: readonly Edge[], declared: readonly Pick<Edge, "origin" | "destination">[]): Graph {
  const edges = new Map<string, GraphEdge>();
  for (const { origin, destination, lastSeenAt } of observed) {
    const key = `${origin}\n${destination}`;
    const known = edges.get(key);
    const latest = known?.lastSeenAt && known.lastSeenAt > lastSeenAt ? known.lastSeenAt : lastSeenAt;
    edges.set(key, { origin, destination, declared: false, lastSeenAt: latest });
  }
  for (const { origin, destination } of declared) {
    const key = `${origin}\n${destination}`;
    edges.set(key, { lastSeenAt: null, ...edges.get(key), origin, destination, declared: true });
  }
  const into = Map.groupBy(edges.values(), (edge) => edge.destination);
  const outOf = Map.groupBy(edges.values(), (edge) => edge.origin);
  return {
    has: (id) => into.has(id) || outOf.has(id),
    into: (id) => into.get(id) ?? [],
    outOf: (id) => outOf.get(id) ?? [],
  };
}

/** Nodes reached within `depth` steps, nearest first, with their distance; the start is at 0. Circles end where they close. */
export function reach(graph: Graph, from: NodeId, direction: Direction, depth: number): Map<NodeId, number> {
  const distance = new Map<NodeId, number>([[from, 0]]);
  let front = [from];
  for (let steps = 1; steps <= depth && front.length > 0; steps++) {
    const next: NodeId[] = [];
    for (const id of front) {
      const neighbours =
        direction === "upstream"
          ? graph.into(id).map((edge) => edge.origin)
          : graph.outOf(id).map((edge) => edge.destination);
      for (const neighbour of neighbours) {
        if (distance.has(neighbour)) continue;
        distance.set(neighbour, steps);
        next.push(neighbour);
      }
    }
    front = next;
  }
  return distance;
}

/** Every path without a circle between two nodes of at most `depth` steps, shortest first, and at most `limit` of them. */
export function paths(graph: Graph, from: NodeId, to: NodeId, depth: number, limit = 100): NodeId[][] {
  // Walking only where the goal can still be reached keeps a dense graph from being searched in vain.
  const left = reach(graph, to, "upstream", depth);
  const found: NodeId[][] = [];
  let open: NodeId[][] = [[from]];
  for (let steps = 0; steps <= depth && open.length > 0 && found.length < limit; steps++) {
    const longer: NodeId[][] = [];
    for (const path of open) {
      const at = path.at(-1)!;
      if (at === to) {
        found.push(path);
        continue;
      }
      for (const { destination } of graph.outOf(at)) {
        const remaining = left.get(destination);
        if (remaining === undefined || remaining > depth - steps - 1 || path.includes(destination)) continue;
        longer.push([...path, destination]);
      }
    }
    open = longer.slice(0, limit * 10);
  }
  return found.slice(0, limit);
}

export function datasetNode(namespace: string, name: string): NodeId {
  return `dataset:${namespace}:${name}`;
}

export function jobNode(namespace: string, name: string): NodeId {
  return `job:${namespace}:${name}`;
}

/** The steps the estate states: each hop's job reads the dataset before it and fills its own, for every entity it serves. */
export function declaredEdges(estate: Estate): Pick<Edge, "origin" | "destination">[] {
  const namespaces = new Map(estate.systems.map((system) => [system.id, system.namespace]));
  const nodes = new Map(
    estate.datasets.map((dataset) => [dataset.id, datasetNode(namespaces.get(dataset.system)!, dataset.name)]),
  );
  const systems = new Map(estate.datasets.map((dataset) => [dataset.id, namespaces.get(dataset.system)!]));
  return estate.flows.flatMap((flow) => {
    const entities = flow.entities === "all" ? estate.entities.map((entity) => entity.id) : flow.entities;
    return flow.hops.flatMap((hop, at) => {
      const before = at === 0 ? flow.source : flow.hops[at - 1]!.dataset;
      const names = new Set(entities.map((entity) => hop.job.replaceAll("{entity}", entity)));
      return [...names].flatMap((name) => {
        const job = jobNode(systems.get(hop.dataset)!, name);
        const reads = before ? [{ origin: nodes.get(before)!, destination: job }] : [];
        return [...reads, { origin: job, destination: nodes.get(hop.dataset)! }];
      });
    });
  });
}
