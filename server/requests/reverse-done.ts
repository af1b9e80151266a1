import type { Context } from "../context.ts";
import { insertSteps, type StoredStep } from "../store/postgres/requests-steps.ts";
import type { StoredRequest } from "../store/postgres/requests.ts";
import type { Asking } from "../store/postgres.ts";
import { keyOf } from "./request-steps.ts";

/**
 * Adds the steps that take back what was posted, last posting first, after a later step failed. Answers whether there
 * are any; a request that took back what it could is not asked again.
 */
export async function reverseDone(
  ctx: Context,
  tx: Asking,
  request: StoredRequest,
  steps: readonly StoredStep[],
  at: Date,
): Promise<boolean> {
  const begun = steps.some(({ kind, step }) => kind === "reverse" && step.startsWith(UNDO));
  const posted = steps.filter(({ state, details, kind }) => state === "done" && details.reverse && kind !== "reverse");
  if (begun || posted.length === 0) return false;
  let before: string[] = [];
  const added = posted.toReversed().map(({ step, title, system, details, flow, dataset, entity, period }, index) => {
    const id = `${UNDO}${step}`;
    const { job, parameters } = details.reverse!;
    const row = {
      ...{ step: id, ordinal: steps.length + index + 1, kind: "reverse", title: `Take back ${title}`, system, job },
      ...{ parameters, load_key: JSON.stringify([system, job, parameters]), flow, dataset, entity, period },
      ...{ after: before, details: {}, idempotency_key: keyOf(request.id, id, 1) },
    };
    before = [id];
    return row;
  });
  await tx.ask(insertSteps, { requestId: request.id, at: at.toISOString(), steps: JSON.stringify(added) });
  await ctx.enqueue("request.advance", { id: request.id }, { tx });
  return true;
}

const UNDO = "undo-";
