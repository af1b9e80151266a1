import type { Edge } from "../../schemas/run.ts";
import type { Direction } from "../lineage/graph.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { edgesFrom } from "../store/clickhouse/edges.ts";

export interface ObservedEdge extends Edge {
  firstSeenAt: string;
}

/** A page of the graph larger than this is read by nobody. */
const MOST_NODES = 5000;

/**
 * Edges seen in events, level by level from the given starts. Declared edges join levels the events alone leave apart:
 * `also` names, for each level, the nodes the estate adds.
 */
export async function observedEdges(
  clickhouse: ClickHouse,
  starts: readonly string[],
  direction: Direction,
  depth: number,
  also: (node: string) => readonly string[],
): Promise<ObservedEdge[]> {
  const known = new Set(starts);
  const edges: ObservedEdge[] = [];
  let front = [...starts];
  for (let level = 0; level < depth && front.length > 0 && known.size < MOST_NODES; level++) {
    const rows = await clickhouse.ask(edgesFrom, { nodes: front, direction: direction === "upstream" ? "up" : "down" });
    for (const { node, other, ...seen } of rows) {
      const [origin, destination] = direction === "upstream" ? [other, node] : [node, other];
      edges.push({ origin, destination, ...seen });
    }
    const reached = [...rows.map((row) => row.other), ...front.flatMap(also)].filter((id) => !known.has(id));
    front = [...new Set(reached)].slice(0, MOST_NODES - known.size);
    for (const id of front) known.add(id);
  }
  return edges;
}
