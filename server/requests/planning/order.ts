import type { NodeId } from "../../lineage/node-id.ts";
import type { PlanGraph } from "./plan-graph.ts";

/** Something to be put in order: it fills a node of the lineage graph, for an entity (null: all) and a period. */
export interface Ordered {
  key: string;
  node: NodeId;
  entity: string | null;
  period: string | null;
}

export interface Order {
  /** Keys in an order they could be done in, with the keys each waits for. */
  sequence: { key: string; after: string[] }[];
  /** Nodes that wait for each other; null where none do. */
  cycle: NodeId[] | null;
}

/**
 * Orders loads along the lineage: each waits for the nearest planned loads upstream of what it fills, of its own entity
 * and period. A circle is harmless where only one of its nodes is filled by the plan.
 */
export function orderLoads(graph: PlanGraph, items: readonly Ordered[]): Order {
  const planned = new Set(items.map(({ node }) => node));
  const components = componentsOf(graph, planned);
  const circle = components.find((nodes) => nodes.filter((node) => planned.has(node)).length > 1);
  if (circle) return { sequence: [], cycle: circle };
  const nearest = nearestPlanned(graph, components, planned);
  const byPlace = Map.groupBy(items, ({ node, entity, period }) => `${node}\n${period}\n${entity ?? "*"}`);
  const byNode = Map.groupBy(items, ({ node, period }) => `${node}\n${period}`);
  const afterOf = ({ node, entity, period }: Ordered) =>
    [...(nearest.get(node) ?? [])].flatMap((upstream) => {
      if (entity === null) return byNode.get(`${upstream}\n${period}`) ?? [];
      const own = byPlace.get(`${upstream}\n${period}\n${entity}`) ?? [];
      return [...own, ...(byPlace.get(`${upstream}\n${period}\n*`) ?? [])];
    });
  const place = new Map(components.toReversed().flatMap((nodes, at) => nodes.map((node) => [node, at] as const)));
  const sequence = items
    .toSorted((a, b) => place.get(a.node)! - place.get(b.node)! || (a.key < b.key ? -1 : 1))
    .map((item) => ({ key: item.key, after: afterOf(item).map(({ key }) => key) }));
  return { sequence, cycle: null };
}

/** For each planned node the planned nodes upstream of it with no other in between. */
function nearestPlanned(
  graph: PlanGraph,
  components: readonly NodeId[][],
  planned: ReadonlySet<NodeId>,
): Map<NodeId, ReadonlySet<NodeId>> {
  const passing = new Map<NodeId, ReadonlySet<NodeId>>();
  const found = new Map<NodeId, ReadonlySet<NodeId>>();
  // Tarjan's algorithm answers what is downstream first.
  for (const nodes of components.toReversed()) {
    const own = new Set(nodes);
    let upstream: ReadonlySet<NodeId> = NOBODY;
    for (const node of nodes) {
      for (const origin of graph.into(node)) {
        const reaching = own.has(origin) ? NOBODY : (passing.get(origin) ?? NOBODY);
        upstream = union(upstream, reaching);
      }
    }
    const filledHere = nodes.find((node) => planned.has(node));
    if (filledHere !== undefined) found.set(filledHere, upstream);
    const through = filledHere === undefined ? upstream : new Set([filledHere]);
    for (const node of nodes) passing.set(node, through);
  }
  return found;
}

const NOBODY: ReadonlySet<NodeId> = new Set();

function union(one: ReadonlySet<NodeId>, other: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  if (other.size === 0 || one === other) return one;
  if (one.size === 0) return other;
  return new Set([...one, ...other]);
}

/** Strongly connected components of what lies downstream of the planned nodes, what is furthest downstream first. */
function componentsOf(graph: PlanGraph, from: ReadonlySet<NodeId>): NodeId[][] {
  const order = new Map<NodeId, number>();
  const low = new Map<NodeId, number>();
  const open: NodeId[] = [];
  const isOpen = new Set<NodeId>();
  const components: NodeId[][] = [];
  const enter = (node: NodeId) => {
    order.set(node, order.size);
    low.set(node, order.get(node)!);
    open.push(node);
    isOpen.add(node);
    return { node, edges: graph.outOf(node), at: 0 };
  };
  const leave = (node: NodeId) => {
    if (low.get(node) !== order.get(node)) return;
    const nodes = open.splice(open.lastIndexOf(node));
    for (const each of nodes) isOpen.delete(each);
    components.push(nodes);
  };
  for (const start of from) {
    if (order.has(start)) continue;
    const path = [enter(start)];
    while (path.length > 0) {
      const frame = path.at(-1)!;
      const next = frame.edges[frame.at++];
      if (next !== undefined) {
        if (!order.has(next)) path.push(enter(next));
        else if (isOpen.has(next)) low.set(frame.node, Math.min(low.get(frame.node)!, order.get(next)!));
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(frame.node)!));
      leave(frame.node);
    }
  }
  return components;
}
