import * as z from "zod";
import type { Estate } from "../../schemas/estate/estate.ts";
import { declaredEdges, graphOf, reach, type Graph, type NodeId } from "../lineage/graph.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { observedEdges, type ObservedEdge } from "./observed-edges.ts";

const NodeEdge = z.object({ origin: z.string(), destination: z.string() });
const Name = z.object({ namespace: z.string(), name: z.string() });

const common = {
  id: Name,
  name: z.string(),
  namespace: z.string(),
  /** When events first and last showed the node; null for one only the estate declares. */
  createdAt: z.string().nullable(),
  updatedAt: z.string().nullable(),
  description: z.string().nullable(),
};
const LineageJob = z.object({
  ...common,
  type: z.literal("BATCH"),
  simpleName: z.string(),
  inputs: z.array(Name),
  outputs: z.array(Name),
  location: z.null(),
  latestRun: z.null(),
});
const LineageDataset = z.object({
  ...common,
  type: z.literal("DB_TABLE"),
  physicalName: z.string(),
  sourceName: z.string(),
  fields: z.array(z.never()),
  tags: z.array(z.never()),
  lastModifiedAt: z.string().nullable(),
  facets: z.object({}),
  deleted: z.literal(false),
});

/** Marquez's answer to `GET /api/v1/lineage`. */
export const LineageGraph = z.object({
  graph: z.array(
    z.object({
      id: z.string(),
      type: z.enum(["JOB", "DATASET"]),
      data: z.union([LineageJob, LineageDataset]),
      inEdges: z.array(NodeEdge),
      outEdges: z.array(NodeEdge),
    }),
  ),
});
export type LineageGraph = z.infer<typeof LineageGraph>;

/** The graph around a node, up and down, as seen in events and declared by the estate; null for an unknown node. */
export async function lineageGraph(
  deps: { clickhouse: ClickHouse; estate: Estate },
  nodeId: NodeId,
  depth: number,
): Promise<LineageGraph | null> {
  const { clickhouse, estate } = deps;
  const declared = declaredEdges(estate);
  const stated = graphOf([], declared);
  const [upstream, downstream] = await Promise.all([
    observedEdges(clickhouse, [nodeId], "upstream", depth, (id) => stated.into(id).map((edge) => edge.origin)),
    observedEdges(clickhouse, [nodeId], "downstream", depth, (id) => stated.outOf(id).map((edge) => edge.destination)),
  ]);
  const observed = [...upstream, ...downstream];
  const graph = graphOf(observed, declared);
  if (!graph.has(nodeId)) return null;
  const nodes = new Set([
    ...reach(graph, nodeId, "upstream", depth).keys(),
    ...reach(graph, nodeId, "downstream", depth).keys(),
  ]);
  const seen = seenAt(observed);
  const names = namesOf(estate);
  return { graph: [...nodes].map((id) => nodeOf(estate, graph, nodes, id, seen.get(id), names)) };
}

interface Seen {
  first: string;
  last: string;
}

function seenAt(edges: readonly ObservedEdge[]): Map<NodeId, Seen> {
  const seen = new Map<NodeId, Seen>();
  for (const { origin, destination, firstSeenAt, lastSeenAt } of edges) {
    for (const id of [origin, destination]) {
      const known = seen.get(id) ?? { first: firstSeenAt, last: lastSeenAt };
      seen.set(id, {
        first: firstSeenAt < known.first ? firstSeenAt : known.first,
        last: lastSeenAt > known.last ? lastSeenAt : known.last,
      });
    }
  }
  return seen;
}

type NameOf = (id: NodeId) => z.infer<typeof Name>;

/** Namespaces hold colons too, so those the estate knows are tried before the last colon is taken for the seam. */
function namesOf(estate: Estate): NameOf {
  const namespaces = estate.systems.map((system) => system.namespace);
  return (id) => {
    const rest = id.slice(id.indexOf(":") + 1);
    const namespace = namespaces.find((each) => rest.startsWith(`${each}:`)) ?? rest.slice(0, rest.lastIndexOf(":"));
    return { namespace, name: rest.slice(namespace.length + 1) };
  };
}

function nodeOf(
  estate: Estate,
  graph: Graph,
  shown: ReadonlySet<NodeId>,
  id: NodeId,
  seen: Seen | undefined,
  nameOf: NameOf,
): LineageGraph["graph"][number] {
  const bare = ({ origin, destination }: { origin: string; destination: string }) => ({ origin, destination });
  const into = graph.into(id).filter((edge) => shown.has(edge.origin));
  const outOf = graph.outOf(id).filter((edge) => shown.has(edge.destination));
  const edges = { inEdges: into.map(bare), outEdges: outOf.map(bare) };
  const { namespace, name } = nameOf(id);
  const described = {
    id: { namespace, name },
    name,
    namespace,
    createdAt: seen?.first ?? null,
    updatedAt: seen?.last ?? null,
  };
  if (id.startsWith("job:")) {
    const inputs = into.map((edge) => nameOf(edge.origin));
    const outputs = outOf.map((edge) => nameOf(edge.destination));
    const data = {
      ...described,
      type: "BATCH" as const,
      simpleName: name,
      description: null,
      inputs,
      outputs,
      location: null,
      latestRun: null,
    };
    return { id, type: "JOB", data, ...edges };
  }
  const system = estate.systems.find((each) => each.namespace === namespace);
  const title = estate.datasets.find((each) => each.system === system?.id && each.name === name)?.title ?? null;
  return {
    id,
    type: "DATASET",
    data: {
      ...described,
      type: "DB_TABLE",
      physicalName: name,
      sourceName: system?.title ?? namespace,
      fields: [],
      tags: [],
      lastModifiedAt: seen?.last ?? null,
      description: title,
      facets: {},
      deleted: false,
    },
    ...edges,
  };
}
