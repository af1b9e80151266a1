import type { ShownEdge, ShownNode } from "./drawn-graph.ts";

/** A row of the graph as a tree: a node under one it is made of. */
export interface TreeRow {
  /** Unique in the table: the way to it. */
  key: string;
  node: ShownNode;
  /** The edge it hangs on; null for a root. */
  edge: ShownEdge | null;
  level: number;
  children: number;
  /** It was shown above with what is below it. */
  again: boolean;
}

/**
 * The graph as a tree from what nothing here feeds, or from the focus, onwards. A node with several origins stands under
 * each of them, and is unfolded under the first only, so that the table is as long as the graph and circles end.
 */
export function treeRows(
  nodes: readonly ShownNode[],
  edges: readonly ShownEdge[],
  isOpen: (key: string, level: number) => boolean,
): TreeRow[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const out = Map.groupBy(edges, ({ origin }) => origin);
  const fed = new Set(edges.map(({ destination }) => destination));
  const roots = nodes.filter(({ id }) => !fed.has(id));
  const rows: TreeRow[] = [];
  const unfolded = new Set<string>();
  for (const start of [...roots, ...nodes]) {
    if (unfolded.has(start.id)) continue;
    const stack: { node: ShownNode; edge: ShownEdge | null; level: number; key: string }[] = [
      { node: start, edge: null, level: 1, key: start.id },
    ];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const below = out.get(top.node.id) ?? [];
      const again = unfolded.has(top.node.id);
      rows.push({ ...top, children: below.length, again });
      unfolded.add(top.node.id);
      if (again || !isOpen(top.key, top.level)) {
        if (!again) markBelow(top.node.id, out, unfolded);
        continue;
      }
      for (const edge of below.toReversed()) {
        const node = byId.get(edge.destination);
        if (node) stack.push({ node, edge, level: top.level + 1, key: `${top.key}\n${node.id}` });
      }
    }
  }
  return rows;
}

/** What a folded row hides counts as shown, so that it is no root of its own. */
function markBelow(id: string, out: ReadonlyMap<string, readonly ShownEdge[]>, unfolded: Set<string>): void {
  const open = [id];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { destination } of out.get(at) ?? []) {
      if (unfolded.has(destination)) continue;
      unfolded.add(destination);
      open.push(destination);
    }
  }
}
