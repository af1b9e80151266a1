import { EventType, type DatasetRef, type JobRef, type Reading, type RunRef, type Warning } from "./open-lineage.ts";
import { isObject, named, pointer, readFacets } from "./read-facets.ts";
import { readTime } from "./read-time.ts";

/** Why a person must look at the input: what was expected, what came, and where. */
class Unacceptable {
  readonly reason: string;
  readonly path: string;

  constructor(reason: string, path: string) {
    this.reason = reason;
    this.path = path;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const EVENT_TYPES = new Set<string>(EventType.options);

type Bag = Record<string, unknown>;

/**
 * The tolerant reader of OpenLineage events, written by hand because it stands in the hot path; what it answers fits
 * the zod grammar of `open-lineage.ts`. Required: an object, a readable `eventTime`, and run + job, or job, or dataset.
 * Whatever else deviates from the specification is a warning.
 */
export function readEvent(value: unknown): Reading {
  try {
    return read(value);
  } catch (error) {
    if (error instanceof Unacceptable) return { ok: false, reason: error.reason, path: error.path };
    throw error;
  }
}

function read(value: unknown): Reading {
  if (!isObject(value)) throw new Unacceptable(`Expected an event as a JSON object, got ${named(value)}.`, "");
  const warnings: Warning[] = [];
  const eventTime = readEventTime(value.eventTime, warnings);
  const base = {
    ...value,
    eventTime,
    producer: readProducer(value.producer, warnings),
    schemaURL: readSchemaUrl(value.schemaURL, warnings),
  };
  const given = (key: string) => value[key] !== undefined && value[key] !== null;
  if (given("run")) {
    const run = readRun(value.run, warnings);
    const job = readJob(value.job, warnings);
    if (given("dataset")) {
      warnings.push({ path: "/dataset", message: "A run event carries no dataset of its own; it was not used." });
    }
    const eventType = readEventType(value.eventType, warnings);
    return {
      ok: true,
      lineage: { kind: "run", event: { ...base, eventType, run, job, ...readDatasets(value, warnings) } },
      warnings,
    };
  }
  if (given("job")) {
    if (given("eventType")) {
      warnings.push({
        path: "/eventType",
        message: "There is no run for this eventType to be of; read as a job event.",
      });
    }
    const job = readJob(value.job, warnings);
    return { ok: true, lineage: { kind: "job", event: { ...base, job, ...readDatasets(value, warnings) } }, warnings };
  }
  if (given("dataset")) {
    const dataset = readDataset(value.dataset, "/dataset", warnings);
    if (!dataset)
      throw new Unacceptable("Expected dataset with its namespace and name, both as non-empty text.", "/dataset");
    return { ok: true, lineage: { kind: "dataset", event: { ...base, dataset } }, warnings };
  }
  throw new Unacceptable("Expected a run with its job, or a job, or a dataset; there is none of them.", "");
}

function readEventTime(value: unknown, warnings: Warning[]): string {
  if (typeof value !== "string") {
    throw new Unacceptable(`Expected eventTime as text in ISO 8601, got ${named(value)}.`, "/eventTime");
  }
  const time = readTime(value);
  if (!time) {
    throw new Unacceptable(
      `eventTime "${value.slice(0, 60)}" cannot be read as an instant between 1970 and 2199. Expected ISO 8601, for example 2026-11-04T13:20:00.000Z.`,
      "/eventTime",
    );
  }
  if (time.remark) warnings.push({ path: "/eventTime", message: `eventTime ${time.remark}.` });
  return time.at;
}

function readProducer(value: unknown, warnings: Warning[]): string {
  if (typeof value === "string" && value !== "") return value;
  warnings.push({ path: "/producer", message: "The event does not say its producer." });
  return "";
}

function readSchemaUrl(value: unknown, warnings: Warning[]): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  warnings.push({ path: "/schemaURL", message: "The event does not say its schemaURL." });
  return undefined;
}

/** A state nobody knows changes none: read as OTHER. */
function readEventType(value: unknown, warnings: Warning[]): EventType | undefined {
  if (typeof value === "string" && EVENT_TYPES.has(value)) return value as EventType;
  if (value === undefined) return undefined;
  const upper = typeof value === "string" ? value.trim().toUpperCase() : "";
  if (EVENT_TYPES.has(upper)) {
    warnings.push({ path: "/eventType", message: `eventType "${String(value)}" was read as ${upper}.` });
    return upper as EventType;
  }
  const shown = typeof value === "string" ? `"${value.slice(0, 40)}"` : named(value);
  warnings.push({ path: "/eventType", message: `eventType is ${shown}; read as OTHER, which changes no state.` });
  return "OTHER";
}

function readRun(value: unknown, warnings: Warning[]): RunRef {
  if (!isObject(value)) throw new Unacceptable(`Expected run as an object, got ${named(value)}.`, "/run");
  let { runId } = value;
  if (typeof runId === "number") {
    runId = String(runId);
    warnings.push({ path: "/run/runId", message: "runId is a number; read as text." });
  } else if (typeof runId === "string" && !UUID.test(runId) && runId !== "") {
    warnings.push({ path: "/run/runId", message: "runId is not a UUID." });
  }
  if (typeof runId !== "string" || runId === "") {
    throw new Unacceptable(
      `Expected run.runId as non-empty text, got ${runId === "" ? "empty text" : named(runId)}.`,
      "/run/runId",
    );
  }
  return { ...value, runId, facets: readFacets(value.facets, "/run/facets", warnings) };
}

function readJob(value: unknown, warnings: Warning[]): JobRef {
  if (!isObject(value)) throw new Unacceptable(`Expected job as an object, got ${named(value)}.`, "/job");
  for (const key of ["namespace", "name"]) {
    const text = value[key];
    if (typeof text !== "string" || text === "") {
      throw new Unacceptable(
        `Expected job.${key} as non-empty text, got ${text === "" ? "empty text" : named(text)}.`,
        `/job/${key}`,
      );
    }
  }
  const { namespace, name } = value as { namespace: string; name: string };
  return { ...value, namespace, name, facets: readFacets(value.facets, "/job/facets", warnings) };
}

function readDatasets(event: Bag, warnings: Warning[]): { inputs: DatasetRef[]; outputs: DatasetRef[] } {
  return {
    inputs: readDatasetList(event.inputs, "/inputs", warnings),
    outputs: readDatasetList(event.outputs, "/outputs", warnings),
  };
}

function readDatasetList(value: unknown, path: string, warnings: Warning[]): DatasetRef[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    warnings.push({ path, message: `Expected an array of datasets, got ${named(value)}; read as none.` });
    return [];
  }
  const list: DatasetRef[] = [];
  for (const [index, item] of value.entries()) {
    const dataset = readDataset(item, pointer(path, index), warnings);
    if (dataset) list.push(dataset);
  }
  return list;
}

function readDataset(value: unknown, path: string, warnings: Warning[]): DatasetRef | null {
  const { namespace, name } = isObject(value) ? value : {};
  if (!isObject(value) || typeof namespace !== "string" || typeof name !== "string" || !namespace || !name) {
    warnings.push({ path, message: "Expected a dataset with its namespace and name; this one was not used." });
    return null;
  }
  const dataset: DatasetRef = { ...value, namespace, name, facets: undefined };
  for (const key of ["facets", "inputFacets", "outputFacets"] as const) {
    if (value[key] !== undefined) dataset[key] = readFacets(value[key], pointer(path, key), warnings);
  }
  return dataset;
}
