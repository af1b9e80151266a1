import type * as z from "zod";
import { EXCEPTION_TABLE } from "../../checks/exception-table.ts";
import type { failedRequests } from "../../store/postgres/requests-failed.ts";
import type { OpenException } from "../open-exception.ts";

/** Requests that failed: mostly they tell again what is wrong at the load they are about. */
export function requestExceptions(requests: readonly z.infer<typeof failedRequests.row>[]): OpenException[] {
  return requests.map(({ id, title: asked, flow, entity, period, dataset, outcome, ...request }): OpenException => {
    const { class: of, owner } = EXCEPTION_TABLE["job-failed"];
    const key = dataset === null ? `request.${id}` : `request.${flow}.${dataset}.${entity}.${period}`;
    const title = `${asked}: ${request.state === "refused" ? "the system refused it" : "it failed"}`;
    const words = { title, text: [entity, outcome].filter(Boolean).join(": ") || title };
    return {
      ...{ key, causeKey: key, kind: "run", code: "job-failed", class: of, severity: "S3", ownerRole: owner, title },
      ...{ system: null, dataset, flow, entity, period, job: null, detail: outcome },
      ...{ runId: request.runId, correlationId: request.correlationId, amount: null, currency: null },
      sinceAt: request.changedAt,
      ...{ brings: null, suffers: "delivery", echo: true, dueAt: null, milestones: [], hold: null },
      told: { words: { finance: words, engineering: words } },
    };
  });
}
