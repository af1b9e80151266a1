import type { CorrelationFacet, ExceptionsFacet } from "../../schemas/event/facets.ts";
import type { EventType, Facets, LineageEvent, Warning } from "../../schemas/event/open-lineage.ts";
import { isObject } from "../../schemas/event/read-facets.ts";
import { deriveCorrelations } from "./derive-correlations.ts";
import { deriveEdges } from "./derive-edges.ts";
import { deriveIo, deriveTotals, deriveWatermarks } from "./derive-figures.ts";
import type { IncomingRow } from "./incoming-row.ts";

export const EVENT_RANK: Record<EventType, number> = { OTHER: 0, START: 1, RUNNING: 2, COMPLETE: 3, ABORT: 4, FAIL: 5 };

/** What is known of an event besides its content. */
export interface Arrival {
  eventId: string;
  receivedAt: string;
  door: string;
  source: string;
  envelope: string;
  raw: string;
}

/** Makes the row an event is stored as: the raw text and all that is derived from it. A pure function of both. */
export function prepare(lineage: LineageEvent, warnings: Warning[], arrival: Arrival): IncomingRow {
  const { event } = lineage;
  const totals = deriveTotals(lineage, warnings);
  return {
    ...arrival,
    kind: lineage.kind,
    eventTime: event.eventTime,
    producer: event.producer,
    ...(lineage.kind === "dataset"
      ? NO_JOB
      : { jobNamespace: lineage.event.job.namespace, jobName: lineage.event.job.name }),
    ...(lineage.kind === "run" ? runColumns(lineage.event.run, lineage.event.eventType) : NO_RUN),
    io: deriveIo(lineage),
    edges: deriveEdges(lineage),
    watermarks: deriveWatermarks(lineage),
    totals,
    correlations: deriveCorrelations(lineage, totals),
    warnings,
  };
}

const NO_JOB = { jobNamespace: "", jobName: "" };

const NO_RUN = {
  runId: "",
  eventType: "" as const,
  rank: 0,
  outcome: "",
  correlation: "",
  exceptions: "",
  parentRunId: "",
  error: "",
  attempt: 0,
};

function runColumns(run: { runId: string; facets?: Facets }, eventType: EventType | undefined): typeof NO_RUN {
  const facets = run.facets ?? {};
  const { tieout_outcome: outcome, tieout_correlation: correlation } = facets;
  const exceptions = (facets.tieout_exceptions as ExceptionsFacet | undefined)?.exceptions;
  return {
    runId: run.runId,
    eventType: (eventType ?? "") as "",
    rank: eventType ? EVENT_RANK[eventType] : 0,
    outcome: outcome ? JSON.stringify(outcome) : "",
    correlation: correlation ? JSON.stringify(correlation) : "",
    exceptions: exceptions ? JSON.stringify(exceptions) : "",
    parentRunId: parentRunId(facets.parent),
    error: errorMessage(facets.errorMessage),
    attempt: (correlation as CorrelationFacet | undefined)?.attempt ?? 1,
  };
}

function parentRunId(facet: unknown): string {
  const run = isObject(facet) ? facet.run : null;
  return isObject(run) && typeof run.runId === "string" ? run.runId : "";
}

function errorMessage(facet: unknown): string {
  return isObject(facet) && typeof facet.message === "string" ? facet.message : "";
}
