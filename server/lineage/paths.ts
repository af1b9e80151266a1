import type { GraphAt } from "./graph-at.ts";
import type { Ref } from "./step-index.ts";
import { walk } from "./walk.ts";

export interface Paths {
  /** Nodes from one end to the other, both included; shortest first. */
  paths: Ref[][];
  /** There are more, or longer ones, than were looked for. */
  truncated: boolean;
}

/** Paths looked at side by side; a dense graph has more than anyone could read. */
const MOST_OPEN = 20_000;

/** Every path without a circle between two nodes of at most `depth` steps, shortest first, and at most `limit` of them. */
export function pathsBetween(
  graph: GraphAt,
  from: Ref,
  to: Ref,
  { depth, limit }: { depth: number; limit: number },
): Paths {
  const [start, goal] = [graph.shownAs(from), graph.shownAs(to)];
  // Walking only where the goal can still be reached keeps a dense graph from being searched in vain.
  const left = walk(graph, [goal], "upstream", { depth, mostNodes: 200_000 });
  const found: Ref[][] = [];
  let truncated = left.truncated;
  let open: Ref[][] = left.distances.has(start) ? [[start]] : [];
  for (let steps = 0; steps <= depth && open.length > 0 && found.length <= limit; steps++) {
    const longer: Ref[][] = [];
    for (const path of open) {
      if (path.at(-1) === goal) {
        found.push(path);
        continue;
      }
      for (const next of onward(graph, path)) {
        const remaining = left.distances.get(next);
        if (remaining === undefined || remaining > depth - steps - 1 || path.includes(next)) continue;
        if (longer.length < MOST_OPEN) longer.push([...path, next]);
        else truncated = true;
      }
    }
    open = longer;
  }
  return { paths: found.slice(0, limit), truncated: truncated || found.length > limit || left.beyond > 0 };
}

/** Where a path may go on to, each once: through a job only to what it makes of the dataset the path came from. */
function onward(graph: GraphAt, path: readonly Ref[]): Set<Ref> {
  const [before, at] = [path.at(-2), path.at(-1)!];
  const found = new Set<Ref>();
  for (const name of graph.names(at)) {
    for (const other of graph.neighbours(name, "downstream")) {
      const feeds = before !== undefined && graph.isJob(at) ? graph.feeds(name, other) : null;
      if (feeds === null || graph.names(before!).some((each) => feeds.has(each))) found.add(graph.shownAs(other));
    }
  }
  found.delete(at);
  return found;
}
