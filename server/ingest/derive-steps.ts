import type { DatasetRef, Facets, JobRef, LineageEvent } from "../../schemas/event/open-lineage.ts";
import { isObject } from "../../schemas/event/read-facets.ts";
import { datasetNode, jobNode, type NodeId } from "../lineage/node-id.ts";
import type { ColumnStep, Step } from "../lineage/step.ts";

/** What an event tells of the lineage graph. */
export interface Told {
  steps: Step[];
  columns: ColumnStep[];
}

type Telling = ReturnType<typeof createTelling>;

/** Every step and every field's origin an event tells of, each once. */
export function deriveSteps(lineage: LineageEvent): Told {
  const telling = createTelling();
  if (lineage.kind === "dataset") tellDataset(lineage.event.dataset, "", telling);
  else tellJob(lineage, telling);
  return telling.told();
}

function createTelling() {
  const steps = new Map<string, Step>();
  const columns = new Map<string, ColumnStep>();
  return {
    step(step: Step) {
      if (step.origin !== step.destination) steps.set(JSON.stringify(Object.values(step)), step);
    },
    column(column: ColumnStep) {
      const { origin, originField, destination, destinationField, how } = column;
      if (originField === "" && destinationField === "") return;
      columns.set(JSON.stringify([origin, originField, destination, destinationField, how]), column);
    },
    told: (): Told => ({ steps: [...steps.values()], columns: [...columns.values()] }),
  };
}

function tellJob(lineage: Exclude<LineageEvent, { kind: "dataset" }>, telling: Telling): void {
  const { job, inputs, outputs } = lineage.event;
  const node = jobNode(job);
  for (const input of inputs) {
    telling.step({ origin: datasetNode(input), destination: node, how: "io", via: "" });
    tellNames(input, telling);
  }
  for (const output of outputs) {
    telling.step({ origin: node, destination: datasetNode(output), how: "io", via: "" });
    tellDataset(output, node, telling);
  }
  if (tellsWhole(lineage)) {
    if (inputs.length > 0) telling.step({ origin: "", destination: node, how: "told-inputs", via: "" });
    if (outputs.length > 0) telling.step({ origin: "", destination: node, how: "told-outputs", via: "" });
  }
  tellEntries(job, node, telling);
  if (lineage.kind === "run") tellParent(lineage.event.run.facets, node, telling);
}

/** A completed run has told all it read and wrote; so has a job's own event, and every event of one that says so. */
function tellsWhole(lineage: Exclude<LineageEvent, { kind: "dataset" }>): boolean {
  if (lineage.kind === "job" || lineage.event.eventType === "COMPLETE") return true;
  const { emissionPattern } = facet(lineage.event.job.facets, "jobType") ?? {};
  return isObject(emissionPattern) && emissionPattern.eventContentMode === "COMPLETE_SNAPSHOT";
}

/** What feeds a dataset, under which names it goes, and whether it came or went. */
function tellDataset(dataset: DatasetRef, via: NodeId | "", telling: Telling): void {
  const node = datasetNode(dataset);
  tellNames(dataset, telling);
  const explicit = facet(dataset.facets, "lineage");
  if (explicit) tellFeeds(explicit, node, via, telling);
  const columns = facet(dataset.facets, "columnLineage");
  if (columns) tellColumns(columns, node, via, telling);
}

function tellNames(dataset: DatasetRef, telling: Telling): void {
  const node = datasetNode(dataset);
  const about = (how: Step["how"]) => telling.step({ origin: "", destination: node, how, via: "" });
  const symlinks = facet(dataset.facets, "symlinks");
  if (symlinks) {
    about("alias");
    for (const other of list(symlinks.identifiers)) {
      const alias = nodeOf(other, "");
      if (alias) telling.step({ origin: alias, destination: node, how: "alias", via: "" });
    }
  }
  const { lifecycleStateChange: change, previousIdentifier } = facet(dataset.facets, "lifecycleStateChange") ?? {};
  if (change === "DROP") about("dropped");
  if (change === "CREATE") about("created");
  const before = change === "RENAME" ? nodeOf(previousIdentifier, "") : null;
  if (before) telling.step({ origin: before, destination: node, how: "renamed", via: "" });
}

/** The facet `columnLineage`: for each field what it is made of, and what concerns the dataset as a whole. */
function tellColumns(holder: Facets, node: NodeId, via: NodeId | "", telling: Telling): void {
  telling.step({ origin: "", destination: node, how: "column", via });
  const fields = isObject(holder.fields) ? Object.entries(holder.fields) : [];
  const made = fields.flatMap(([name, field]) =>
    isObject(field) ? list(field.inputFields).map((source) => ({ name, source })) : [],
  );
  for (const { name, source } of [...made, ...list(holder.dataset).map((each) => ({ name: "", source: each }))]) {
    tellFeed(source, { node, field: name, how: "column", via }, telling);
  }
}

/** The facet `lineage` of a job: entries, each with a target and what feeds it. */
function tellEntries(job: JobRef, node: NodeId, telling: Telling): void {
  for (const entry of list(facet(job.facets, "lineage")?.entries)) {
    const target = nodeOf(entry, node);
    if (target && isObject(entry)) tellFeeds(entry, target, node, telling);
  }
}

/** What feeds a target, told explicitly; nothing at all is a statement too. */
function tellFeeds(holder: Facets, node: NodeId, via: NodeId | "", telling: Telling): void {
  telling.step({ origin: "", destination: node, how: "explicit", via });
  for (const input of list(holder.inputs)) tellFeed(input, { node, field: "", how: "explicit", via }, telling);
  for (const [name, field] of isObject(holder.fields) ? Object.entries(holder.fields) : []) {
    const inputs = isObject(field) ? list(field.inputs) : [];
    for (const input of inputs) tellFeed(input, { node, field: name, how: "explicit", via }, telling);
  }
}

interface Target {
  node: NodeId;
  field: string;
  how: "column" | "explicit";
  via: NodeId | "";
}

function tellFeed(source: unknown, { node, field, how, via }: Target, telling: Telling): void {
  const origin = nodeOf(source, via);
  if (!origin || !isObject(source)) return;
  telling.step({ origin, destination: node, how, via });
  if (origin.startsWith("job:") || node.startsWith("job:")) return;
  const [made] = list(source.transformations);
  const { type, description } = isObject(made) ? made : {};
  telling.column({
    ...{ origin, originField: text(source.field), destination: node, destinationField: field, how, via },
    ...{ kind: text(type), text: text(description) },
  });
}

/** The facet `parent`: the job a job belongs to. */
function tellParent(facets: Facets | undefined, node: NodeId, telling: Telling): void {
  const { job } = facet(facets, "parent") ?? {};
  const parent = isObject(job) ? nodeOf({ ...job, type: "JOB" }, "") : null;
  if (parent) telling.step({ origin: parent, destination: node, how: "parent", via: "" });
}

/** A facet that is there and was not taken back. */
function facet(facets: Facets | undefined, name: string): Facets | null {
  const found = facets && Object.hasOwn(facets, name) ? facets[name] : undefined;
  return isObject(found) && found._deleted !== true ? found : null;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A job without a name is the event's own. */
function nodeOf(value: unknown, ownJob: NodeId | ""): NodeId | null {
  if (!isObject(value)) return null;
  const { namespace, name, type } = value;
  const isNamed = typeof namespace === "string" && typeof name === "string";
  if (type === "JOB") return isNamed ? jobNode({ namespace, name }) : ownJob || null;
  return isNamed ? datasetNode({ namespace, name }) : null;
}
