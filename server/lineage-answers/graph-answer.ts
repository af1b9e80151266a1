import type { CollectorRow } from "../../schemas/wire/live.ts";
import type { LineageEdge, LineageGraph, LineageNode } from "../../schemas/wire/lineage.ts";
import { freshnessRows } from "../checks/freshness-rows.ts";
import type { Judging } from "../checks/flow-view.ts";
import type { Actor } from "../context.ts";
import { inScope } from "../people/in-scope.ts";
import { pictureOf, type PictureEdge } from "../lineage/picture.ts";
import type { Ref } from "../lineage/step-index.ts";
import { walk } from "../lineage/walk.ts";
import { checksBy } from "../store/clickhouse/lineage-ties.ts";
import { completenessOf } from "./completeness.ts";
import { edgeTies } from "./edge-ties.ts";
import { nodeRows } from "./node-rows.ts";
import { parentSteps, runNodes } from "./run-nodes.ts";
import { instantOf, isKnown, nodeNamed, viewAt, type AskedTimes, type LineageDeps, type LineageView } from "./view.ts";

export interface AskedGraph extends AskedTimes {
  /** Node ids to begin at; the whole graph without any. */
  focus: readonly string[];
  /** Steps up and down; a dataset and the job that reads it are one step apart. */
  upstream: number;
  downstream: number;
  mostNodes: number;
  /** Leaves out what was seen last before this instant. */
  since?: string | undefined;
  /** So many of the newest runs of each job. */
  runs?: number | undefined;
  /** The jobs that those shown are part of. */
  parents?: boolean | undefined;
}

export type GraphDeps = LineageDeps & { collectors(): CollectorRow[] };
export type PeriodJudging = Judging & { now: Date; period: string };

/** The graph around some nodes, or all of it, with freshness, ties and what it leaves out. */
export async function graphAnswer(
  deps: GraphDeps,
  actor: Actor,
  judging: PeriodJudging,
  asked: AskedGraph,
): Promise<LineageGraph> {
  const view = viewAt(deps, asked);
  const focus = asked.focus.map((text) => view.graph.shownAs(nodeNamed(view, text)));
  const found = focus.length > 0 ? around(view, focus, asked) : everything(view, asked.mostNodes);
  const since = asked.since ? Date.parse(asked.since) : null;
  const picture = pictureOf(view.graph, new Set(found.distances.keys()), since);
  const family = asked.parents ? parentSteps(view, found.distances.keys()) : { steps: [], parents: [] };
  const room = family.parents.slice(0, Math.max(0, asked.mostNodes - found.distances.size));
  const drawn = new Map([...found.distances, ...room.map((ref) => [ref, null] as const)]);
  const [edges, rows] = await Promise.all([
    edgeRows(deps, actor, judging, view, picture.edges),
    rowsOf(deps, actor, judging, view, drawn),
  ]);
  const evidence = await runNodes(deps, actor, view, { nodes: rows, each: asked.runs ?? 0 });
  const depth = Math.max(asked.upstream, asked.downstream);
  const truncated = found.truncated || evidence.cut || room.length < family.parents.length;
  const cut = { ...found, truncated, picture, nodes: rows, depth, mostNodes: asked.mostNodes };
  return {
    ...{ asOf: view.asOf, period: judging.period, focus: focus.map(view.graph.id), nodes: rows, edges },
    ...{ runs: evidence.runs, parents: family.steps, completeness: completenessOf(view, cut) },
  };
}

export interface Found {
  distances: ReadonlyMap<Ref, number | null>;
  truncated: boolean;
  beyond: number;
}

/** Up and down from the focus; distances upstream are below zero. Either way gets half of the room, and what is left. */
export function around({ graph }: LineageView, focus: readonly Ref[], asked: Omit<AskedGraph, "focus">): Found {
  const half = Math.max(1, Math.ceil(asked.mostNodes / 2));
  let up = walk(graph, focus, "upstream", { depth: asked.upstream, mostNodes: half });
  const down = walk(graph, focus, "downstream", {
    depth: asked.downstream,
    mostNodes: asked.mostNodes - Math.min(half, up.distances.size) + 1,
  });
  const left = asked.mostNodes - down.distances.size + 1;
  if (up.truncated && left > half) up = walk(graph, focus, "upstream", { depth: asked.upstream, mostNodes: left });
  const distances = new Map<Ref, number>(down.distances);
  for (const [node, distance] of up.distances) if (!distances.has(node)) distances.set(node, -distance);
  return { distances, truncated: up.truncated || down.truncated, beyond: up.beyond + down.beyond };
}

/** All there is, what is declared first. */
function everything({ graph }: LineageView, mostNodes: number): Found {
  const distances = new Map<Ref, null>();
  const take = (node: Ref) => {
    const shown = graph.shownAs(node);
    if (distances.has(shown)) return true;
    if (distances.size >= mostNodes) return false;
    distances.set(shown, null);
    return true;
  };
  for (const node of graph.declared.nodes) take(node);
  for (const node of graph.index.nodes()) {
    if (graph.declared.nodes.has(node) || !isKnown(graph, node)) continue;
    if (!take(node)) return { distances, truncated: true, beyond: 0 };
  }
  return { distances, truncated: false, beyond: 0 };
}

async function rowsOf(
  deps: GraphDeps,
  actor: Actor,
  judging: PeriodJudging,
  view: LineageView,
  distances: Found["distances"],
): Promise<LineageNode[]> {
  const freshness = view.isNow
    ? freshnessRows({ ...judging, entities: actor.entities, collectors: deps.collectors() })
    : [];
  const rows = nodeRows(view, freshness);
  return [...distances].map(([node, distance]) => rows.row(node, distance));
}

async function edgeRows(
  { clickhouse }: GraphDeps,
  actor: Actor,
  { period }: PeriodJudging,
  { graph, declared, asOf }: LineageView,
  edges: readonly PictureEdge[],
): Promise<LineageEdge[]> {
  // Checks speak for declared steps only.
  const isDeclared = edges.some((edge) => edge.declared);
  const said = isDeclared ? await clickhouse.ask(checksBy, { period, by: asOf.knownAt }) : [];
  const ties = edgeTies(
    declared.estate,
    declared.edges,
    said.filter(({ entity }) => inScope(actor, entity)),
  );
  return edges.map((edge) => {
    const [origin, destination] = [graph.id(edge.origin), graph.id(edge.destination)];
    return {
      ...{ origin, destination },
      evidence: edge.lastSeen === null ? "declared" : edge.declared ? "both" : "observed",
      how: edge.how as LineageEdge["how"],
      producers: edge.producers.map(graph.id),
      firstSeenAt: instantOf(edge.firstSeen),
      lastSeenAt: instantOf(edge.lastSeen),
      tie: ties.get(`${origin}\n${destination}`) ?? null,
    };
  });
}
