import type { Estate } from "../../schemas/estate/estate.ts";
import type { FreshnessRow } from "../../schemas/wire/freshness.ts";
import type { LineageNode } from "../../schemas/wire/lineage.ts";
import { nameOf, type NodeId } from "../lineage/node-id.ts";
import { datasetNodes, type DeclaredEdge } from "../lineage/declared.ts";
import type { Ref } from "../lineage/step-index.ts";
import { instantOf, type LineageView } from "./view.ts";

/** Rows of nodes by what the estate says of them. Made once for a question. */
export interface NodeRows {
  row(node: Ref, distance: number | null): LineageNode;
}

/** Worst first. */
const STATES = ["missing", "stale", "unknown", "due", "not-due", "fresh"] as const;

/** `freshness` is left empty where the question is not about now. */
export function nodeRows(view: LineageView, freshness: readonly FreshnessRow[]): NodeRows {
  const { graph, declared } = view;
  const { estate, edges } = declared;
  const named = namedIn(estate);
  const jobs = jobsOf(edges);
  const fresh = Map.groupBy(freshness, ({ dataset }) => dataset);
  return {
    row(node, distance) {
      const id = graph.id(node);
      const { kind, namespace, name } = nameOf(id) ?? { kind: "dataset" as const, namespace: "", name: id };
      const names = graph.names(node);
      const system = estate.systems.find((each) => each.namespace === namespace);
      const dataset = names.map((each) => named.datasets.get(graph.id(each))).find(Boolean) ?? null;
      const report = kind === "report" ? (estate.reports.find((each) => each.id === name) ?? null) : null;
      const hop = jobs.get(id) ?? null;
      return {
        ...{ id, kind, namespace, name, distance },
        title: dataset?.title ?? report?.title ?? name,
        system: system?.id ?? null,
        systemTitle: system?.title ?? (report ? "Reports" : namespace),
        dataset: dataset?.id ?? null,
        datasetKind: dataset?.kind ?? null,
        report: report?.id ?? null,
        owner:
          dataset?.owner ??
          report?.owner ??
          (hop && (estate.flows.find((flow) => flow.id === hop.flow)?.owner ?? null)),
        ...{ flow: hop?.flow ?? null, hop: hop?.dataset ?? null, entities: hop ? [...hop.entities] : [] },
        declared: names.some((each) => graph.declared.nodes.has(each)),
        observed: names.some((each) => wasSeen(view, each)),
        alsoKnownAs: names.filter((each) => each !== node).map(graph.id),
        droppedAt: kind === "dataset" ? instantOf(graph.droppedAt(node)) : null,
        freshness: dataset ? worstOf(fresh.get(dataset.id) ?? []) : null,
      };
    },
  };
}

function namedIn(estate: Estate) {
  const byId = new Map(estate.datasets.map((dataset) => [dataset.id, dataset]));
  return { datasets: new Map([...datasetNodes(estate)].map(([id, node]) => [node, byId.get(id)!])) };
}

/** Declared jobs by node, with the hop they serve. */
export function jobsOf(edges: readonly DeclaredEdge[]): Map<NodeId, NonNullable<DeclaredEdge["hop"]>> {
  return new Map(
    edges.flatMap(({ origin, hop }) => (hop && origin.startsWith("job:") ? [[origin, hop] as const] : [])),
  );
}

function wasSeen({ graph: { index, asOf } }: LineageView, node: Ref): boolean {
  for (const steps of [index.outOf(node), index.into(node)]) {
    for (const step of steps) if (index.lastSeen(step, asOf.effectiveAt, asOf.knownAt) > -Infinity) return true;
  }
  return false;
}

function worstOf(rows: readonly FreshnessRow[]): LineageNode["freshness"] {
  if (rows.length === 0) return null;
  const state = STATES.find((each) => rows.some((row) => row.state === each))!;
  const own = rows.filter((row) => row.state === state);
  const reached = own.flatMap(({ completeThrough }) => completeThrough ?? []).sort();
  return { state, entities: own.map(({ entity }) => entity), completeThrough: reached[0] ?? null };
}
