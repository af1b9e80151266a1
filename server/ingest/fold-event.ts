import type { CorrelationFacet, ExceptionsFacet } from "../../schemas/event/facets.ts";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import { isObject } from "../../schemas/event/read-facets.ts";
import type { RunFold } from "../facts/run-fold.ts";
import { NOTHING, type Stamped } from "../facts/stamped.ts";

/** Decides between events of one instant; 0 changes no state. */
export const EVENT_RANK: Record<EventType, number> = { OTHER: 0, START: 1, RUNNING: 2, COMPLETE: 3, ABORT: 4, FAIL: 5 };

/** What one event alone tells of its run. */
export function foldEvent(event: RunEvent): RunFold {
  const { eventTime: at, eventType, job, run } = event;
  const rank = eventType ? EVENT_RANK[eventType] : 0;
  const stated = (value: string): Stamped => (value === "" ? NOTHING : { at, rank, value });
  const facets = run.facets ?? {};
  const correlation = facets.tieout_correlation as CorrelationFacet | undefined;
  return {
    jobNamespace: job.namespace,
    jobName: job.name,
    runId: run.runId,
    state: eventType && rank > 0 ? stated(eventType) : NOTHING,
    outcome: stated(json(facets.tieout_outcome)),
    correlation: stated(json(correlation)),
    exceptions: stated(json((facets.tieout_exceptions as ExceptionsFacet | undefined)?.exceptions)),
    parent: stated(parentRunId(facets.parent)),
    error: stated(errorMessage(facets.errorMessage)),
    attempt: correlation?.attempt ?? 1,
    startedAt: eventType === "START" || eventType === "RUNNING" ? at : null,
    restartedAt: eventType === "START" ? at : null,
    lastEventAt: at,
  };
}

function json(value: unknown): string {
  return value === undefined ? "" : JSON.stringify(value);
}

function parentRunId(facet: unknown): string {
  const run = isObject(facet) ? facet.run : null;
  return isObject(run) && typeof run.runId === "string" ? run.runId : "";
}

function errorMessage(facet: unknown): string {
  return isObject(facet) && typeof facet.message === "string" ? facet.message : "";
}
