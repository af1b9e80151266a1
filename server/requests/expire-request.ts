import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { stepsOf } from "../store/postgres/requests-steps.ts";
import { concludeRequest } from "./conclude-request.ts";
import { isOverdue } from "./follow-load.ts";
import { settleRequests } from "./settle-requests.ts";
import { writeMoves, type Move } from "./step-moves.ts";

const OUTCOME = "The run was never seen. The vendor may have started it; look before asking again.";

interface Of {
  /** Only these steps. */
  steps?: readonly string[] | undefined;
  /** Only those that were to come by themselves. */
  awaitedOnly?: boolean;
}

/**
 * Ends dispatched steps whose run has not been seen at all. One that was seen ends with its run; one that was to come by
 * itself and did not is driven.
 */
export async function expireRequest(ctx: Context, id: string, of: Of = {}): Promise<void> {
  const named = of.steps ? [...of.steps] : null;
  const all = await ctx.postgres.ask(stepsOf, { requestId: id, steps: named });
  const steps = all.filter(({ state }) => state === "dispatched");
  const seen = steps.flatMap(({ runId }) => (runId ? (ctx.facts.run(runId) ?? []) : []));
  if (seen.length > 0) await settleRequests(ctx, seen);
  const at = ctx.clock.now();
  const known = new Set(seen.map(({ runId }) => runId));
  const moves = steps.flatMap((step): Move[] => {
    const base = { step: step.step, from: ["dispatched"] as const };
    if (step.kind === "follow" && step.runId === null) {
      if (!isOverdue(step, at)) return [];
      const outcome = "It did not come by itself, so it is started.";
      return [{ ...base, state: "waiting", kind: "drive", outcome }];
    }
    if (of.awaitedOnly || known.has(step.runId ?? "")) return [];
    return [{ ...base, state: "failed", fault: "never-seen", outcome: OUTCOME }];
  });
  await ctx.postgres.transaction(async (tx) => {
    const moved = await writeMoves(tx, id, at, moves);
    if (moved.length === 0) return;
    await ctx.enqueue("request.advance", { id }, { tx });
    await concludeRequest(ctx, tx, id, at);
    const detail = { steps: moved.map(({ step, state, outcome }) => ({ step, state, outcome })) };
    await record(tx, { at, actor: TIEOUT, action: "request.step", subject: `request:${id}`, detail });
  });
  for (const topic of ["requests", "request", "flows"] as const) ctx.touch(topic);
}
