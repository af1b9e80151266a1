import type { LineageDifference, LineageEdge, LineageNode } from "../../../schemas/wire/lineage.ts";
import type { LineageTally } from "../../format/lineage.ts";
import { EDGES, freshnessOf, lookOfEdge, type EdgeLook } from "./look.ts";

type Change = LineageDifference["nodes"][number]["change"];
export type ShownNode = LineageNode & { change?: Change };
export type ShownEdge = LineageEdge & { change?: Change };

/** What is put together: jobs onto the lines they make, the jobs of a hop into one node, all of a system, or nothing. */
export type Grouping = "lines" | "hops" | "systems" | "none";

/** A node as drawn: one of the graph's, or several put together. */
export interface DrawnNode {
  id: string;
  kind: LineageNode["kind"] | "system";
  title: string;
  subtitle: string;
  system: string;
  /** Ids of the graph's nodes it stands for. */
  members: string[];
  tone: string;
  change: Change | null;
  /** Freshness in words, for those who cannot see the colour. */
  state: string;
}

export interface DrawnEdge {
  id: string;
  origin: string;
  destination: string;
  look: EdgeLook;
  /** How many of the graph's edges it stands for. */
  count: number;
}

export interface DrawnGraph {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  /** Which drawn node a node of the graph went into. */
  inside: Map<string, string>;
}

/** Worst first, then what matters least. */
export const WORST: readonly EdgeLook[] = [
  ...(["off", "removed", "added", "unknown", "flight", "carries", "declared", "plain", "shown", "tied"] as const),
];

/** A job that reads and fills more than these many pairs of datasets stays a node: its lines would hide everything else. */
const MOST_PAIRS = 400;

/**
 * Puts nodes together and their edges with them; a circle within one node is not drawn. `focus`: a node that is never put
 * onto a line.
 */
export function drawnGraph(
  nodes: readonly ShownNode[],
  edges: readonly ShownEdge[],
  grouping: Grouping,
  focus: string | null = null,
): DrawnGraph {
  if (grouping === "lines") {
    const { kept, lines, filledBy } = jobsOntoLines(nodes, edges, focus);
    const graph = drawnGraph(kept, lines, "hops");
    for (const [job, dataset] of filledBy) graph.inside.set(job, graph.inside.get(dataset)!);
    return graph;
  }
  const groups = Map.groupBy(nodes, (node) => groupOf(node, grouping));
  const inside = new Map<string, string>();
  const drawn = [...groups].map(([id, members]): DrawnNode => {
    for (const member of members) inside.set(member.id, id);
    return members.length === 1 && !id.startsWith("system:") ? alone(members[0]!, id) : together(id, members);
  });
  const lines = new Map<string, ShownEdge[]>();
  for (const edge of edges) {
    const [origin, destination] = [inside.get(edge.origin), inside.get(edge.destination)];
    if (!origin || !destination || origin === destination) continue;
    const key = `${origin}\n${destination}`;
    lines.set(key, [...(lines.get(key) ?? []), edge]);
  }
  return {
    nodes: drawn,
    edges: [...lines].map(([id, own]): DrawnEdge => {
      const [origin = "", destination = ""] = id.split("\n");
      return { id, origin, destination, look: worstLook(own), count: own.length };
    }),
    inside,
  };
}

/** Jobs that lead from datasets to datasets become lines between them, each telling the worse of its two halves. */
function jobsOntoLines(nodes: readonly ShownNode[], edges: readonly ShownEdge[], focus: string | null) {
  const into = Map.groupBy(edges, ({ destination }) => destination);
  const out = Map.groupBy(edges, ({ origin }) => origin);
  const isJob = (id: string) => id.startsWith("job:");
  const filledBy = new Map<string, string>();
  const lines: ShownEdge[] = [];
  for (const { id, kind } of nodes) {
    const [reads, fills] = [into.get(id) ?? [], out.get(id) ?? []];
    const pairs = reads.length * fills.length;
    if (kind !== "job" || id === focus || pairs === 0 || pairs > MOST_PAIRS) continue;
    if (reads.some(({ origin }) => isJob(origin)) || fills.some(({ destination }) => isJob(destination))) continue;
    filledBy.set(id, fills[0]!.destination);
    for (const read of reads) {
      for (const filled of fills) {
        const worse = worstLook([read, filled]) === lookOfEdge(filled) ? filled : read;
        lines.push({ ...worse, origin: read.origin, destination: filled.destination });
      }
    }
  }
  const rest = edges.filter(({ origin, destination }) => !filledBy.has(origin) && !filledBy.has(destination));
  return { kept: nodes.filter(({ id }) => !filledBy.has(id)), lines: [...rest, ...lines], filledBy };
}

/** A newline separates the ends of a drawn edge, so none may stand in an id. */
function groupOf(node: ShownNode, grouping: Grouping): string {
  if (grouping === "systems") return `system:${node.systemTitle}`;
  if (grouping === "hops" && node.kind === "job" && node.flow) return `hop:${node.flow}:${node.hop}`;
  return node.id.replaceAll("\n", "␤");
}

function worstLook(edges: readonly ShownEdge[]): EdgeLook {
  const looks = edges.map(lookOfEdge);
  return WORST.find((look) => looks.includes(look)) ?? "plain";
}

function alone(node: ShownNode, id: string): DrawnNode {
  const fresh = freshnessOf(node);
  const told = node.droppedAt ? "dropped" : fresh ? `${fresh.sign} ${fresh.word}` : "";
  const change = node.change && node.change !== "kept" ? EDGES[node.change] : null;
  const words = [change ? `${change.sign} ${change.word}` : told, node.systemTitle].filter(Boolean);
  return {
    ...{ id, kind: node.kind, title: oneLine(node.title), subtitle: words.join(" · "), members: [node.id] },
    ...{ system: node.systemTitle, tone: change?.tone ?? fresh?.tone ?? "rest", change: node.change ?? null },
    state: told,
  };
}

function together(id: string, members: readonly ShownNode[]): DrawnNode {
  const [first] = members;
  const isSystem = id.startsWith("system:");
  const fresh = members.flatMap((node) => freshnessOf(node) ?? []);
  const worst = fresh.find(({ tone }) => tone === "break") ?? fresh.find(({ tone }) => tone === "risk") ?? fresh[0];
  const jobs = members.filter(({ kind }) => kind === "job").length;
  const datasets = members.filter(({ kind }) => kind === "dataset").length;
  const parts = [datasets && `${datasets} datasets`, jobs && `${jobs} jobs`].filter(Boolean).join(", ");
  const state = worst ? `${worst.sign} ${worst.word}` : "";
  const changes = new Set(members.map(({ change }) => change));
  return {
    ...{ id, members: members.map((member) => member.id), system: first!.systemTitle, state },
    kind: isSystem ? "system" : "job",
    title: isSystem ? first!.systemTitle : commonTitle(members.map(({ title }) => title)),
    subtitle: [state, isSystem ? parts : `${members.length} entities`].filter(Boolean).join(" · "),
    tone: worst?.tone ?? "rest",
    change: changes.size === 1 ? (first!.change ?? null) : null,
  };
}

/** `Load Actuals DE01`, `Load Actuals FR01` → `Load Actuals …` */
function commonTitle(titles: readonly string[]): string {
  let shared = titles[0] ?? "";
  for (const title of titles) while (!title.startsWith(shared)) shared = shared.slice(0, -1);
  const words = shared.slice(0, shared.lastIndexOf(" ") + 1).trim() || shared.trim();
  return `${words || oneLine(titles[0] ?? "")} …`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** The way of a break: where amounts first differ or data stops, what leads there, and everything behind it. */
export function followBreak(graph: DrawnGraph, nodes: readonly ShownNode[]): Set<string> {
  const late = new Set(
    nodes.filter(({ freshness }) => isLate(freshness?.state)).map(({ id }) => graph.inside.get(id)!),
  );
  const into = Map.groupBy(graph.edges, ({ destination }) => destination);
  const out = Map.groupBy(graph.edges, ({ origin }) => origin);
  const off = graph.edges.filter(({ look }) => look === "off");
  const roots = [...late].filter((id) => !hasLateBefore(id, into, late));
  const found = new Set([...off.flatMap(({ origin, destination }) => [origin, destination]), ...roots]);
  for (const root of roots) for (const { origin } of into.get(root) ?? []) found.add(origin);
  const behind = [...roots, ...off.map(({ destination }) => destination)];
  const seen = new Set(behind);
  for (let at = behind.pop(); at !== undefined; at = behind.pop()) {
    found.add(at);
    for (const { destination } of out.get(at) ?? []) {
      if (seen.has(destination)) continue;
      seen.add(destination);
      behind.push(destination);
    }
  }
  return found;
}

function hasLateBefore(
  id: string,
  into: ReadonlyMap<string, readonly DrawnEdge[]>,
  late: ReadonlySet<string>,
  depth = 2,
): boolean {
  return (into.get(id) ?? []).some(
    ({ origin }) => late.has(origin) || (depth > 1 && hasLateBefore(origin, into, late, depth - 1)),
  );
}

function isLate(state: string | undefined): boolean {
  return state === "stale" || state === "missing";
}

/** Counts and names for the sentence a page opens with. */
export function tally(nodes: readonly ShownNode[], edges: readonly ShownEdge[]): LineageTally {
  // The way into a job leads on to what the job fills: there the difference shows.
  const off = edges.filter(({ tie, destination }) => tie?.state === "off" && !destination.startsWith("job:"));
  const offNodes = new Set(off.map(({ destination }) => destination));
  const differing = off.flatMap(({ tie }) => tie?.checks.filter(({ state }) => state === "off") ?? []);
  return {
    datasets: nodes.filter(({ kind }) => kind === "dataset").length,
    jobs: nodes.filter(({ kind }) => kind === "job").length,
    systems: new Set(nodes.filter(({ kind }) => kind !== "report").map(({ systemTitle }) => systemTitle)).size,
    off: nodes.filter(({ id }) => offNodes.has(id)).map(({ title }) => title),
    offEntities: [...new Set(differing.map(({ entity }) => entity))].sort(),
    late: nodes.filter(({ freshness }) => isLate(freshness?.state)).map(({ title }) => title),
  };
}
