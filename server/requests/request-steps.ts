import { v5 as uuidv5 } from "uuid";
import type { Plan, PlanStep } from "../../schemas/wire/plan.ts";

const KEYS = "8f4a3c59-2f0f-5a58-8d0c-5a6f0a5b9b77";

/** The key a vendor gets for an attempt of a step: always the same for the same, and a UUID, as it names a run too. */
export function keyOf(requestId: string, step: string, attempt: number): string {
  return uuidv5(`${requestId}\n${step}\n${attempt}`, KEYS);
}

/** A plan's steps as rows to be inserted. The one step of a request goes by the request's own id. */
export function stepRows(requestId: string, plan: Plan): string {
  const single = plan.steps.length === 1;
  const rows = plan.steps.map((step, at) => ({
    ...{ step: step.id, ordinal: at + 1, kind: step.kind, title: step.title, system: step.system, job: step.job },
    ...{ parameters: step.parameters, load_key: loadKey(step), flow: step.flow, dataset: step.dataset },
    ...{ entity: step.entity, period: step.period, after: step.after },
    details: {
      ...{ runId: step.runId, vendorRunKey: step.vendorRunKey, fromFailure: step.fromFailure, reverse: step.reverse },
      ...{ settings: step.settings, p90Seconds: step.expected?.p90Seconds ?? null },
    },
    idempotency_key: single ? requestId : keyOf(requestId, step.id, 1),
  }));
  return JSON.stringify(rows);
}

/** The same job with the same parameters is the same load, whoever asks. */
function loadKey({ system, job, parameters }: PlanStep): string | null {
  return system === null || job === null ? null : JSON.stringify([system, job, parameters]);
}
