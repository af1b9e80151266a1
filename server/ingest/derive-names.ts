import type { CorrelationFacet, ExceptionsFacet, LinesFacet, NamesFacet } from "../../schemas/event/facets.ts";
import type { DatasetRef, Facets, LineageEvent } from "../../schemas/event/open-lineage.ts";
import { isObject } from "../../schemas/event/read-facets.ts";
import type { NameKind, NameSeen } from "./incoming-row.ts";
import { runDependencies } from "./run-dependencies.ts";

/** Names kept of one event; a run that names more is found by the first of them. */
const MOST_NAMES = 500;
const MOST_LETTERS = 1_000;

/**
 * Every name in a run's event under which it can be found again where no correlation ID was handed on: the runs it names
 * (parent, root, dependencies, cause), messages, files and their hashes, batches, external queries, dataset versions, and
 * the documents its exceptions speak of.
 */
export function deriveNames(lineage: LineageEvent): NameSeen[] {
  if (lineage.kind !== "run") return [];
  const { run, inputs, outputs } = lineage.event;
  const seen = new Map<string, NameSeen>();
  const add = (kind: NameKind, name: unknown) => {
    if (typeof name !== "string" || name === "" || name.length > MOST_LETTERS || seen.size >= MOST_NAMES) return;
    seen.set(`${kind} ${name}`, { kind, name });
  };
  addRuns(run.facets, add);
  addCarried(run.facets, add);
  for (const dataset of [...inputs, ...outputs]) addDataset(dataset, add);
  return [...seen.values()];
}

type Add = (kind: NameKind, name: unknown) => void;

/** Runs by their ids, as the standard facets and ours name them. */
function addRuns(facets: Facets | undefined, add: Add): void {
  const parent = facets?.parent;
  if (isObject(parent)) {
    add("parent", runIdIn(parent));
    if (isObject(parent.root)) add("root", runIdIn(parent.root));
  }
  for (const { way, runId } of runDependencies(facets)) add(way === "up" ? "upstream" : "downstream", runId);
}

function runIdIn(holder: Record<string, unknown>): unknown {
  return isObject(holder.run) ? holder.run.runId : undefined;
}

/** What other systems know it by. */
function addCarried(facets: Facets | undefined, add: Add): void {
  const correlation = facets?.tieout_correlation as CorrelationFacet | undefined;
  add("causation", correlation?.causationId);
  add("idempotency", correlation?.idempotencyKey);
  const names = facets?.tieout_names as NamesFacet | undefined;
  for (const message of names?.messages ?? []) add("message", message);
  for (const batch of names?.batches ?? []) add("batch", batch);
  for (const file of names?.files ?? []) {
    add("file", file.name);
    add("file-hash", file.sha256?.toLowerCase());
  }
  const query = facets?.externalQuery;
  if (isObject(query)) add("query", query.externalQueryId);
  const { exceptions = [] } = (facets?.tieout_exceptions as ExceptionsFacet | undefined) ?? {};
  for (const { documentRef } of exceptions) {
    for (const document of documentsIn(documentRef ?? "")) add("document", document);
  }
}

/** The documents of a reference such as `1926935907, 1926935908`. */
export function documentsIn(reference: string): string[] {
  return reference.split(/[,;\s]+/).filter((document) => document !== "");
}

/** A version both a writer and a reader name, and the file of lines behind what was written. */
function addDataset({ namespace, name, facets, outputFacets }: DatasetRef, add: Add): void {
  const version = facets?.version;
  if (isObject(version) && typeof version.datasetVersion === "string" && version.datasetVersion !== "") {
    add("version", `${namespace}\n${name}\n${version.datasetVersion}`);
  }
  const lines = (outputFacets?.tieout_lines ?? facets?.tieout_lines) as LinesFacet | undefined;
  add("file", lines?.location?.split("/").at(-1));
  add("file-hash", lines?.sha256);
}
