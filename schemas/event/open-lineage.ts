import * as z from "zod";

/**
 * The OpenLineage 2-0-2 event as every room of Tieout sees it: what a collector yields and what the tolerant
 * reader (`read-event.ts`) makes of foreign input. Facets stay open; ours are in `facets.ts`.
 * Source: https://openlineage.io/spec/2-0-2/OpenLineage.json
 */

export const OPEN_LINEAGE_SCHEMA_URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

export const Facets = z.record(z.string(), z.unknown());
export type Facets = z.infer<typeof Facets>;

/** OTHER carries metadata only and leaves the run's state as it was. */
export const EventType = z.enum(["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]);
export type EventType = z.infer<typeof EventType>;

export const JobRef = z.looseObject({ namespace: z.string(), name: z.string(), facets: Facets.optional() });
export type JobRef = z.infer<typeof JobRef>;

export const RunRef = z.looseObject({ runId: z.string(), facets: Facets.optional() });
export type RunRef = z.infer<typeof RunRef>;

export const DatasetRef = z.looseObject({
  namespace: z.string(),
  name: z.string(),
  facets: Facets.optional(),
  inputFacets: Facets.optional(),
  outputFacets: Facets.optional(),
});
export type DatasetRef = z.infer<typeof DatasetRef>;

const base = {
  /** UTC with milliseconds after reading; the original text stays in the raw event. */
  eventTime: z.string(),
  producer: z.string(),
  schemaURL: z.string().optional(),
};

export const RunEvent = z.looseObject({
  ...base,
  eventType: EventType.optional(),
  run: RunRef,
  job: JobRef,
  inputs: z.array(DatasetRef).default([]),
  outputs: z.array(DatasetRef).default([]),
});
export type RunEvent = z.infer<typeof RunEvent>;

export const JobEvent = z.looseObject({
  ...base,
  job: JobRef,
  inputs: z.array(DatasetRef).default([]),
  outputs: z.array(DatasetRef).default([]),
});
export type JobEvent = z.infer<typeof JobEvent>;

export const DatasetEvent = z.looseObject({ ...base, dataset: DatasetRef });
export type DatasetEvent = z.infer<typeof DatasetEvent>;

/** An event after reading, with its kind made plain. */
export type LineageEvent =
  | { kind: "run"; event: RunEvent }
  | { kind: "job"; event: JobEvent }
  | { kind: "dataset"; event: DatasetEvent };

/** What deviated from the specification and was accepted all the same. `path` is a JSON pointer. */
export const Warning = z.object({ path: z.string(), message: z.string() });
export type Warning = z.infer<typeof Warning>;

/** The reader's answer: an event with its warnings, or why a person must look at the input. */
export type Reading =
  | { ok: true; lineage: LineageEvent; warnings: Warning[] }
  | { ok: false; reason: string; path: string };
