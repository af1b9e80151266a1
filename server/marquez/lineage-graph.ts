import { nameOf } from "../lineage/node-id.ts";
import { pictureOf } from "../lineage/picture.ts";
import { around } from "../lineage-answers/graph-answer.ts";
import { nodeNamed, type LineageDeps } from "../lineage-answers/view.ts";
import { columnsAnswer } from "../lineage-answers/columns-answer.ts";
import { entitiesNow } from "./entities.ts";
import type { MarquezColumns, MarquezGraph } from "./shapes.ts";

/** A page of the graph larger than this is read by nobody. */
const MOST_NODES = 5_000;

/**
 * The graph around a node, up and down, as seen in events and declared by the estate.
 * @throws {Fault} `not-found` for an unknown node
 */
export async function lineageGraph(deps: LineageDeps, nodeId: string, depth: number): Promise<MarquezGraph> {
  const entities = entitiesNow(deps);
  const { graph } = entities.view;
  const start = graph.shownAs(nodeNamed(entities.view, nodeId));
  const { distances } = around(entities.view, [start], { upstream: depth, downstream: depth, mostNodes: MOST_NODES });
  const shown = [...distances.keys()].filter((node) => nameOf(graph.id(node))?.kind !== "report");
  const { edges } = pictureOf(graph, new Set(shown), null);
  const into = Map.groupBy(edges, ({ destination }) => destination);
  const out = Map.groupBy(edges, ({ origin }) => origin);
  const jobs = shown.filter(graph.isJob).map(graph.id);
  const runs = await entities.latestRuns(jobs, 1);
  const bare = (edge: { origin: number; destination: number }) => {
    return { origin: graph.id(edge.origin), destination: graph.id(edge.destination) };
  };
  return {
    graph: shown.map((node) => {
      const id = graph.id(node);
      const lines = { inEdges: (into.get(node) ?? []).map(bare), outEdges: (out.get(node) ?? []).map(bare) };
      if (graph.isJob(node)) return { id, type: "JOB", data: entities.job(node, runs.get(id)), ...lines };
      return { id, type: "DATASET", data: entities.dataset(node), ...lines };
    }),
  };
}

/**
 * Fields and what they are made of, up and, when asked for, down.
 * @throws {Fault} `not-found` for an unknown dataset
 */
export async function columnGraph(
  deps: LineageDeps,
  asked: { dataset: string; field?: string; depth: number; withDownstream: boolean },
): Promise<MarquezColumns> {
  const direction = asked.withDownstream ? "both" : "upstream";
  const { fields, edges } = await columnsAnswer(deps, { ...asked, direction });
  const idOf = ({ dataset, field }: { dataset: string; field: string }) => {
    const { namespace = "", name = dataset } = nameOf(dataset) ?? {};
    return `datasetField:${namespace}:${name}:${field}`;
  };
  const bare = (edge: (typeof edges)[number]) => ({ origin: idOf(edge.origin), destination: idOf(edge.destination) });
  return {
    graph: fields.map((field) => {
      const id = idOf(field);
      const { namespace = "", name: dataset = field.dataset } = nameOf(field.dataset) ?? {};
      const into = edges.filter(({ destination }) => idOf(destination) === id);
      const told = into.find(({ transformation }) => transformation)?.transformation ?? null;
      const data = {
        ...{ namespace, dataset, datasetVersion: null, field: field.field, fieldType: null },
        ...{ transformationDescription: told?.text || null, transformationType: told?.kind ?? null },
        inputFields: into.map(({ origin, transformation }) => {
          const from = nameOf(origin.dataset);
          return {
            ...{ namespace: from?.namespace ?? "", dataset: from?.name ?? origin.dataset, field: origin.field },
            transformationDescription: transformation?.text || null,
            transformationType: transformation?.kind ?? null,
          };
        }),
      };
      const out = edges.filter(({ origin }) => idOf(origin) === id);
      return { id, type: "DATASET_FIELD", data, inEdges: into.map(bare), outEdges: out.map(bare) };
    }),
  };
}
