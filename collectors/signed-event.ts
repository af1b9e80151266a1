import { OPEN_LINEAGE_SCHEMA_URL } from "../schemas/event/open-lineage.ts";
import type { DatasetEvent, DatasetRef, EventType, Facets, RunEvent } from "../schemas/event/open-lineage.ts";

/** Standard facets collectors write, each with the version of the schema it keeps to. */
const STANDARD_FACETS: Record<string, string> = {
  errorMessage: "https://openlineage.io/spec/facets/1-0-1/ErrorMessageRunFacet.json",
  jobDependencies: "https://openlineage.io/spec/facets/1-0-1/JobDependenciesRunFacet.json",
  lineage: "https://openlineage.io/spec/facets/1-0-0/LineageFacet.json",
  nominalTime: "https://openlineage.io/spec/facets/1-0-1/NominalTimeRunFacet.json",
  parent: "https://openlineage.io/spec/facets/1-2-0/ParentRunFacet.json",
};

export interface RunDraft {
  eventType: EventType;
  /** When the vendor says it happened, ISO 8601 in UTC. */
  at: string;
  runId: string;
  job: { namespace: string; name: string };
  /** Facets by key; those that are undefined are left out. */
  facets: Record<string, object | undefined>;
  inputs: readonly { namespace: string; name: string }[];
  outputs: readonly DatasetDraft[];
}

export interface DatasetDraft {
  namespace: string;
  name: string;
  facets?: Record<string, object | undefined>;
}

/** Who writes a collector's events and facets. */
export function producerOf(collector: string): string {
  return `urn:tieout:collector:${collector}`;
}

/** A run event with every facet signed as OpenLineage asks. */
export function signedRun(producer: string, draft: RunDraft): RunEvent {
  return {
    eventType: draft.eventType,
    eventTime: draft.at,
    producer,
    schemaURL: OPEN_LINEAGE_SCHEMA_URL,
    run: { runId: draft.runId, facets: signedFacets(producer, draft.facets) },
    job: { ...draft.job },
    inputs: draft.inputs.map(({ namespace, name }) => ({ namespace, name })),
    outputs: draft.outputs.map((output) => signedDataset(producer, output)),
  };
}

/** A dataset event: what was read off a dataset itself, without a run. */
export function signedDatasetEvent(producer: string, at: string, dataset: DatasetDraft): DatasetEvent {
  return {
    eventTime: at,
    producer,
    schemaURL: OPEN_LINEAGE_SCHEMA_URL.replace("RunEvent", "DatasetEvent"),
    dataset: signedDataset(producer, dataset),
  };
}

function signedDataset(producer: string, { namespace, name, facets }: DatasetDraft): DatasetRef {
  const signed = signedFacets(producer, facets ?? {});
  return Object.keys(signed).length > 0 ? { namespace, name, facets: signed } : { namespace, name };
}

function signedFacets(producer: string, facets: Record<string, object | undefined>): Facets {
  const signed: Facets = {};
  for (const [key, facet] of Object.entries(facets)) {
    if (!facet) continue;
    const schemaURL = STANDARD_FACETS[key] ?? `urn:tieout:facet:${key}`;
    signed[key] = { _producer: producer, _schemaURL: schemaURL, ...facet };
  }
  return signed;
}
