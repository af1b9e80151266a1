import type { NodeId } from "../../lineage/node-id.ts";

/** A directed graph of datasets and jobs, as far as ordering loads needs one. */
export interface PlanGraph {
  into(node: NodeId): readonly NodeId[];
  outOf(node: NodeId): readonly NodeId[];
}

/** Joins steps to a graph; the same step twice is one. */
export function planGraph(steps: Iterable<{ origin: NodeId; destination: NodeId }>): PlanGraph {
  const into = new Map<NodeId, Set<NodeId>>();
  const outOf = new Map<NodeId, Set<NodeId>>();
  const add = (map: Map<NodeId, Set<NodeId>>, from: NodeId, to: NodeId) => {
    const known = map.get(from);
    if (known) known.add(to);
    else map.set(from, new Set([to]));
  };
  for (const { origin, destination } of steps) {
    add(outOf, origin, destination);
    add(into, destination, origin);
  }
  const listed = (map: Map<NodeId, Set<NodeId>>) => new Map([...map].map(([node, others]) => [node, [...others]]));
  const [before, after] = [listed(into), listed(outOf)];
  return { into: (node) => before.get(node) ?? [], outOf: (node) => after.get(node) ?? [] };
}

/** Every node downstream of some, and these themselves. Circles end where they close. */
export function reachedFrom(graph: PlanGraph, starts: Iterable<NodeId>): Set<NodeId> {
  const reached = new Set(starts);
  for (const node of reached) for (const next of graph.outOf(node)) reached.add(next);
  return reached;
}
