import { signedRun } from "../../collectors/signed-event.ts";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import type { RunException } from "../../schemas/event/facets.ts";
import type { StoredRequest } from "../store/postgres/requests.ts";
import type { StoredStep } from "../store/postgres/requests-steps.ts";

const PRODUCER = "https://github.com/tieout";

/**
 * A step as a run of Tieout's own that invoked the vendor's: it ties the vendor's run to the correlation ID before that
 * run says anything itself. Made of the stored rows alone, so that telling it again makes the same events.
 *
 * @param namespaceOf the OpenLineage namespace of a system
 */
export function requestEvents(
  request: Pick<StoredRequest, "id" | "flow" | "act" | "title" | "brokenGlass" | "reason" | "requestedBy">,
  step: StoredStep,
  within: { estate: string; namespaceOf(system: string): string | null },
): RunEvent[] {
  const { dispatchedAt, runId, jobName, correlationId, idempotencyKey } = step;
  const namespace = within.namespaceOf(step.system ?? "");
  if (!dispatchedAt || !runId || !jobName || !namespace) return [];
  const job = { namespace: `tieout://${within.estate}`, name: `request rerun ${step.flow ?? request.act}` };
  const own = idempotencyKey === request.id;
  const told = (eventType: EventType, at: string, error?: string | null): RunEvent =>
    signedRun(PRODUCER, {
      eventType,
      at,
      runId: idempotencyKey,
      job,
      facets: {
        ...(correlationId ? { tieout_correlation: { correlationId, causationId: request.id, idempotencyKey } } : {}),
        ...(own ? {} : { parent: { run: { runId: request.id }, job: { ...job, name: `request ${request.act}` } } }),
        ...(request.brokenGlass ? { tieout_exceptions: { exceptions: [brokenGlass(request)] } } : {}),
        jobDependencies: {
          downstream: [{ job: { namespace, name: jobName }, run: { runId }, dependency_type: "DIRECT_INVOCATION" }],
        },
        errorMessage: error ? { message: error, programmingLanguage: "none" } : undefined,
      },
      inputs: [],
      outputs: [],
    });
  const start = told("START", dispatchedAt);
  const endedAt = step.endedAt ?? step.changedAt;
  if (step.state === "done") return [start, told("COMPLETE", endedAt)];
  return step.state === "failed" ? [start, told("FAIL", endedAt, step.outcome)] : [start];
}

/** Acting without the agreement of others is itself an exception of the control class. */
function brokenGlass({
  requestedBy,
  title,
  reason,
}: Pick<StoredRequest, "requestedBy" | "title" | "reason">): RunException {
  const message = `${title} was carried out without the agreement it needs, asked for by ${requestedBy}: ${reason}`;
  return { code: "duty-breach", class: "control", message };
}
