import type { RequestRow } from "../../schemas/wire/live.ts";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { lockRequest, moveRequest, type StoredRequest } from "../store/postgres/requests.ts";
import { moveStepsIn, stepCounts, stepsOf, type StoredStep } from "../store/postgres/requests-steps.ts";
import type { Asking } from "../store/postgres.ts";
import { reverseDone } from "./reverse-done.ts";

/** States in which a request's steps may go on. */
export const UNDER_WAY: readonly RequestRow["state"][] = ["requested", "dispatched", "running"];

/**
 * Brings a request's state in line with its steps: under way while any of them is, ended once none can go on. What
 * was posted is taken back when a later step failed. Call it in the transaction that moved a step.
 */
export async function concludeRequest(ctx: Context, tx: Asking, id: string, at: Date): Promise<void> {
  const [request] = await tx.ask(lockRequest, { id });
  if (!request || ![...UNDER_WAY, "paused"].includes(request.state)) return;
  const [counts] = await tx.ask(stepCounts, { requestId: id });
  if (!counts) return;
  const { total, waiting, moving, asking, ready, failed, cancelled, done, begun } = counts;
  if (moving + asking > 0 || (waiting > 0 && ready > 0)) {
    const to = begun > 0 || asking > 0 ? "running" : moving > 0 ? "dispatched" : "requested";
    if (request.state === "paused" || to === request.state) return;
    await tx.ask(moveRequest, { id, from: [...UNDER_WAY], to, at: at.toISOString(), outcome: null });
    return;
  }
  if (waiting > 0) {
    const outcome = "A step before it did not succeed.";
    await tx.ask(moveStepsIn, { requestId: id, from: ["waiting"], to: "blocked", at: at.toISOString(), outcome });
  }
  const steps = total === 1 || failed + cancelled > 0 ? await tx.ask(stepsOf, { requestId: id }) : [];
  if (failed > 0 && !request.cancelling && (await reverseDone(ctx, tx, request, steps, at))) return;
  const to = endOf(request, { failed, cancelled, done, total }, steps);
  await end(ctx, tx, request, to, outcomeOf(request, to, { done, total, failed }, steps), at);
}

type Ended = "completed" | "failed" | "refused" | "cancelled";

function endOf(
  { cancelling }: StoredRequest,
  { failed, cancelled, done, total }: { failed: number; cancelled: number; done: number; total: number },
  steps: readonly StoredStep[],
): Ended {
  if (cancelling && done < total) return "cancelled";
  if (failed > 0)
    return steps.every(({ fault, state }) => fault === "refused" || state === "blocked") ? "refused" : "failed";
  return cancelled > 0 ? "cancelled" : "completed";
}

function outcomeOf(
  request: StoredRequest,
  to: Ended,
  { done, total, failed }: { done: number; total: number; failed: number },
  steps: readonly StoredStep[],
): string {
  const [only] = steps;
  if (total === 1 && only?.outcome) return only.outcome;
  const named = steps
    .filter(({ state, resolution }) => state === "failed" && resolution === null)
    .slice(0, 3)
    .map(({ title, outcome }) => `${title}: ${outcome ?? "failed"}`);
  if (to === "completed") return `All ${total} steps are done.`;
  const anyway = steps.filter(({ fault }) => fault === "cancelled-late").map(({ title }) => title);
  if (to === "cancelled") {
    const late = anyway.length > 0 ? ` ${anyway.join(", ")} ran to its end anyway.` : "";
    return `Cancelled with ${done} of ${total} steps done.${late}`;
  }
  return `${done} of ${total} steps are done and ${failed} failed. ${named.join(" ")}`.trim();
}

async function end(
  ctx: Context,
  tx: Asking,
  { id }: StoredRequest,
  to: Ended,
  outcome: string,
  at: Date,
): Promise<void> {
  const from = [...UNDER_WAY, "paused" as const];
  const [row] = await tx.ask(moveRequest, { id, from, to, at: at.toISOString(), outcome });
  if (!row) return;
  await ctx.enqueue("request.tell", { id }, { key: `${id} ended ${at.toISOString()}`, tx });
  await ctx.enqueue("request.report", { id }, { key: id, afterSeconds: 3, tx });
  const detail = { outcome, runId: row.runId, correlationId: row.correlationId };
  await record(tx, { at, actor: TIEOUT, action: `request.${to}`, subject: `request:${id}`, detail });
}
