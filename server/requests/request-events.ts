import { signedRun } from "../../collectors/signed-event.ts";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import type { StoredRequest } from "../store/postgres/requests.ts";

const PRODUCER = "https://github.com/tieout";

const ENDS: Partial<Record<StoredRequest["state"], EventType>> = { completed: "COMPLETE", failed: "FAIL" };

/**
 * A request as a run of Tieout's own that invoked the vendor's: it ties the vendor's run to the correlation ID before
 * that run says anything itself. Made of the stored row alone, so that telling it again makes the same events.
 */
export function requestEvents(request: StoredRequest, within: { estate: string; namespace: string }): RunEvent[] {
  const { dispatchedAt, runId, jobName, correlationId } = request;
  if (!dispatchedAt || !runId || !jobName || !correlationId) return [];
  const told = (eventType: EventType, at: string, error?: string | null): RunEvent =>
    signedRun(PRODUCER, {
      eventType,
      at,
      runId: request.id,
      job: { namespace: `tieout://${within.estate}`, name: `request rerun ${request.flow}` },
      facets: {
        tieout_correlation: { correlationId, causationId: request.id, idempotencyKey: request.id },
        jobDependencies: {
          downstream: [
            {
              job: { namespace: within.namespace, name: jobName },
              run: { runId },
              dependency_type: "DIRECT_INVOCATION",
            },
          ],
        },
        errorMessage: error ? { message: error, programmingLanguage: "none" } : undefined,
      },
      inputs: [],
      outputs: [],
    });
  const end = ENDS[request.state];
  const start = told("START", dispatchedAt);
  if (!end) return [start];
  return [start, told(end, request.changedAt, end === "FAIL" ? request.outcome : null)];
}
