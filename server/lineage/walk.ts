import type { Direction, GraphAt } from "./graph-at.ts";
import type { Ref } from "./step-index.ts";

export interface WalkLimits {
  /** Steps to go; a dataset and the job that reads it are one step apart. */
  depth: number;
  mostNodes: number;
}

export interface Walk {
  /** Nodes reached, under the names they are shown by, with their distance, nearest first. */
  distances: Map<Ref, number>;
  /** More nodes there were than may be answered, or steps than may be looked at. */
  truncated: boolean;
  /** Nodes at the last depth from which it would go on. */
  beyond: number;
}

/** Steps one walk may look at before it gives up; a few tenths of a second. */
const MOST_LOOKS = 3_000_000;

/** A node to go on from. Of a job also the datasets it was newly reached from; null where it joins everything. */
interface Front {
  node: Ref;
  from: readonly Ref[] | null;
}

/**
 * Walks from some nodes, nearest first. Through a job only those datasets are joined that it is told to make of each
 * other; where nothing more exact is told, all it reads with all it writes. Circles end where they close; a step that
 * is not in force hides itself and nothing else.
 */
export function walk(graph: GraphAt, starts: readonly Ref[], direction: Direction, limits: WalkLimits): Walk {
  const reached = createReached(graph, limits.mostNodes);
  let front: Front[] = [];
  for (const start of starts) reached.add(start, 0, front);
  let looks = 0;
  for (let steps = 1; steps <= limits.depth && front.length > 0 && looks <= MOST_LOOKS; steps++) {
    const next: Front[] = [];
    const jobs = new Map<Ref, Ref[]>();
    for (const { node, from } of front) {
      for (const other of graph.neighbours(node, direction)) {
        if (++looks > MOST_LOOKS) break;
        if (graph.isJob(other) && !graph.isJob(node)) arrive(jobs, other, node);
        else if (!reached.names.has(other) && joins(graph, { node, from }, other, direction))
          reached.add(other, steps, next);
      }
    }
    // A job reached again may join the newcomers with datasets it did not join those before with.
    for (const [job, from] of jobs) {
      if (reached.names.has(job)) next.push({ node: job, from });
      else reached.add(job, steps, next, from);
    }
    front = next;
  }
  const beyond = new Set(front.filter((each) => goesOn(graph, each, direction, reached.names)).map(({ node }) => node));
  return {
    distances: reached.distances,
    truncated: reached.full() || looks > MOST_LOOKS,
    beyond: beyond.size,
  };
}

function createReached(graph: GraphAt, mostNodes: number) {
  const distances = new Map<Ref, number>();
  const names = new Set<Ref>();
  let full = false;
  return {
    distances,
    names,
    full: () => full,
    add(node: Ref, distance: number, list: Front[], from: readonly Ref[] | null = null) {
      const shown = graph.shownAs(node);
      if (!distances.has(shown) && distances.size >= mostNodes) {
        full = true;
        return;
      }
      if (!distances.has(shown)) distances.set(shown, distance);
      for (const name of graph.names(node)) {
        if (names.has(name)) continue;
        names.add(name);
        list.push({ node: name, from });
      }
    },
  };
}

function arrive(jobs: Map<Ref, Ref[]>, job: Ref, from: Ref): void {
  const came = jobs.get(job);
  if (came) came.push(from);
  else jobs.set(job, [from]);
}

/** Whether a step from a node leads on: a job joins another dataset with any of those it was reached from. */
function joins(graph: GraphAt, { node: job, from }: Front, other: Ref, direction: Direction): boolean {
  if (from === null || graph.isJob(other)) return true;
  if (direction === "downstream") {
    const feeds = graph.feeds(job, other);
    return feeds === null || from.some((each) => feeds.has(each));
  }
  return from.some((target) => graph.feeds(job, target)?.has(other) ?? true);
}

function goesOn(graph: GraphAt, front: Front, direction: Direction, reached: ReadonlySet<Ref>): boolean {
  for (const other of graph.neighbours(front.node, direction)) {
    if (!reached.has(other) && joins(graph, front, other, direction)) return true;
  }
  return false;
}
