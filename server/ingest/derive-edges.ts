import type { DatasetRef, Facets, LineageEvent } from "../../schemas/event/open-lineage.ts";
import { isObject } from "../../schemas/event/read-facets.ts";
import type { EdgeSeen } from "./incoming-row.ts";

type How = EdgeSeen["how"];
type Add = (origin: string | null, destination: string | null, how: How) => void;

/** A node of the lineage graph, written as Marquez does. */
export function datasetNode(dataset: { namespace: string; name: string }): string {
  return `dataset:${dataset.namespace}:${dataset.name}`;
}

export function jobNode(job: { namespace: string; name: string }): string {
  return `job:${job.namespace}:${job.name}`;
}

/** Every step of lineage an event tells of, each once: inputs × outputs through the job, columns, and explicit lineage. */
export function deriveEdges(lineage: LineageEvent): EdgeSeen[] {
  const seen = new Map<string, EdgeSeen>();
  const add: Add = (origin, destination, how) => {
    if (origin && destination && origin !== destination)
      seen.set(`${how} ${origin} ${destination}`, { origin, destination, how });
  };
  if (lineage.kind === "dataset") {
    addDatasetLineage(lineage.event.dataset, null, add);
    return [...seen.values()];
  }
  const { job, inputs, outputs } = lineage.event;
  const node = jobNode(job);
  for (const input of inputs) add(datasetNode(input), node, "io");
  for (const output of outputs) {
    add(node, datasetNode(output), "io");
    addDatasetLineage(output, node, add);
  }
  addJobLineage(job.facets, node, add);
  return [...seen.values()];
}

/** The facets `lineage` (explicit) and `columnLineage` of a dataset: what feeds it. */
function addDatasetLineage(dataset: DatasetRef, ownJob: string | null, add: Add): void {
  const { lineage, columnLineage } = dataset.facets ?? {};
  const node = datasetNode(dataset);
  if (isObject(lineage)) addFeeds(lineage, node, ownJob, add);
  if (!isObject(columnLineage)) return;
  const fields = isObject(columnLineage.fields) ? Object.values(columnLineage.fields) : [];
  const sources = fields.flatMap((field) => (isObject(field) ? list(field.inputFields) : []));
  for (const source of [...sources, ...list(columnLineage.dataset)]) add(nodeOf(source, null), node, "column");
}

/** The facet `lineage` of a job: entries, each with a target and what feeds it. */
function addJobLineage(facets: Facets | undefined, ownJob: string, add: Add): void {
  const { lineage } = facets ?? {};
  if (!isObject(lineage)) return;
  for (const entry of list(lineage.entries)) {
    const target = nodeOf(entry, ownJob);
    if (target && isObject(entry)) addFeeds(entry, target, ownJob, add);
  }
}

function addFeeds(holder: Record<string, unknown>, target: string, ownJob: string | null, add: Add): void {
  const fields = isObject(holder.fields) ? Object.values(holder.fields) : [];
  const feeds = [...list(holder.inputs), ...fields.flatMap((field) => (isObject(field) ? list(field.inputs) : []))];
  for (const feed of feeds) add(nodeOf(feed, ownJob), target, "explicit");
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A job without a name is the event's own. */
function nodeOf(value: unknown, ownJob: string | null): string | null {
  if (!isObject(value)) return null;
  const { namespace, name, type } = value;
  const isNamed = typeof namespace === "string" && typeof name === "string";
  if (type === "JOB") return isNamed ? jobNode({ namespace, name }) : ownJob;
  return isNamed ? datasetNode({ namespace, name }) : null;
}
