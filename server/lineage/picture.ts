import { throughJob, type DeclaredSteps, type GraphAt } from "./graph-at.ts";
import type { Ref } from "./step-index.ts";
import type { How } from "./step.ts";

/** One line of a drawn graph: everything told of the way from one node to another. */
export interface PictureEdge {
  origin: Ref;
  destination: Ref;
  declared: boolean;
  how: How[];
  producers: Ref[];
  /** Epoch milliseconds, as known at the question's time; null for what is only declared. */
  firstSeen: number | null;
  lastSeen: number | null;
}

export interface Picture {
  edges: PictureEdge[];
  /** Steps seen last before the window began; they are not drawn, and hide nothing behind them. */
  outsideWindow: number;
  /** Steps told once that are no longer in force. */
  ended: number;
}

/** Everything in force between some nodes. `since`, where given, leaves out what was seen last before it. */
export function pictureOf(graph: GraphAt, shown: ReadonlySet<Ref>, since: number | null): Picture {
  const edges = new Map<string, PictureEdge>();
  const picture: Picture = { edges: [], outsideWindow: 0, ended: 0 };
  for (const node of shown) {
    for (const name of graph.names(node)) {
      for (const origin of graph.declared.into(name)) {
        const from = graph.shownAs(origin);
        if (shown.has(from) && from !== node) edgeOf(edges, from, node).declared = true;
      }
      for (const step of graph.index.into(name)) addStep(graph, step, { node, shown, since }, edges, picture);
    }
  }
  picture.edges = [...edges.values()];
  return picture;
}

interface Drawing {
  node: Ref;
  shown: ReadonlySet<Ref>;
  since: number | null;
}

function addStep(
  { index, asOf, declared, shownAs, inForce }: GraphAt,
  step: number,
  { node, shown, since }: Drawing,
  edges: Map<string, PictureEdge>,
  picture: Picture,
): void {
  const how = index.how(step);
  const origin = index.origin(step);
  if (origin === 0 || !(how === "io" || how === "explicit" || how === "column")) return;
  const from = shownAs(origin);
  if (!shown.has(from) || from === node) return;
  const lastSeen = index.lastSeen(step, asOf.effectiveAt, asOf.knownAt);
  if (lastSeen === -Infinity) return;
  if (!inForce(step)) {
    picture.ended += 1;
    return;
  }
  if (since !== null && lastSeen < since) {
    picture.outsideWindow += 1;
    return;
  }
  // Told of a job that is drawn between the two: it says what the job makes of what, and is no line of its own.
  if (shown.has(index.via(step)) && throughJob(index, step)) return;
  const edge = edgeOf(edges, from, node);
  if (!edge.how.includes(how)) edge.how.push(how);
  if (how !== "io" && throughDeclared(declared, index.origin(step), index.destination(step))) edge.declared = true;
  const producer = index.producer(step);
  if (!edge.producers.includes(producer)) edge.producers.push(producer);
  const firstSeen = index.firstSeen(step, asOf.effectiveAt, asOf.knownAt);
  edge.firstSeen = Math.min(edge.firstSeen ?? firstSeen, firstSeen);
  edge.lastSeen = Math.max(edge.lastSeen ?? lastSeen, lastSeen);
}

/** Whether the estate declares a job from the one to the other. */
function throughDeclared(declared: DeclaredSteps, origin: Ref, destination: Ref): boolean {
  return declared.outOf(origin).some((job) => declared.has(job, destination));
}

function edgeOf(edges: Map<string, PictureEdge>, origin: Ref, destination: Ref): PictureEdge {
  const key = `${origin} ${destination}`;
  const known = edges.get(key);
  if (known) return known;
  const fresh = { origin, destination, declared: false, how: [], producers: [], firstSeen: null, lastSeen: null };
  edges.set(key, fresh);
  return fresh;
}
