import type { Run } from "../../schemas/run.ts";
import type { RequestRow } from "../../schemas/wire/live.ts";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { correlateRequest, moveRequest, requestsOfRuns, type StoredRequest } from "../store/postgres/requests.ts";

/**
 * Moves requests on with the runs they started. Called with the runs of every accepted batch, in any order and as often
 * as they come: a request that has ended stays ended.
 */
export async function settleRequests(ctx: Context, runs: readonly Run[]): Promise<void> {
  const seen = new Map(runs.filter((run) => run.state !== "NEW").map((run) => [run.runId, run]));
  if (seen.size === 0) return;
  const waiting = await ctx.postgres.ask(requestsOfRuns, { runIds: [...seen.keys()] });
  for (const request of waiting) {
    const run = seen.get(request.runId ?? "");
    if (run) await settle(ctx, request, run);
  }
}

async function settle(ctx: Context, request: StoredRequest, run: Run): Promise<void> {
  const to = stateAfter(run);
  if (to === request.state) return;
  const outcome = to === "running" ? null : outcomeOf(run);
  const at = ctx.clock.now();
  // Run from its source a load carries a batch of its own, which nobody could know when it was asked for.
  const correlationId = run.correlationId ?? request.correlationId;
  await ctx.postgres.transaction(async (tx) => {
    const from: RequestRow["state"][] = to === "running" ? ["dispatched"] : ["dispatched", "running"];
    const [row] = await tx.ask(moveRequest, { id: request.id, from, to, at: at.toISOString(), outcome });
    if (!row) return;
    if (correlationId && correlationId !== row.correlationId) {
      await tx.ask(correlateRequest, { id: request.id, correlationId });
    }
    if (to === "running") return;
    await ctx.enqueue("request.tell", { id: request.id }, { key: `${request.id} ended`, tx });
    await record(tx, {
      at,
      actor: TIEOUT,
      action: `request.${to}`,
      subject: `request:${request.id}`,
      detail: { runId: run.runId, correlationId, outcome },
    });
  });
  ctx.touch("requests");
  ctx.touch("flows");
}

function stateAfter(run: Run): "running" | "completed" | "failed" {
  if (run.state === "RUNNING") return "running";
  return run.state === "COMPLETED" ? "completed" : "failed";
}

/** How the run ended, in a sentence for whoever asked for it. */
function outcomeOf(run: Run): string {
  if (run.state === "ABORTED") return run.error ?? `It was stopped before its end (${run.vendorStatus ?? "aborted"}).`;
  if (run.state === "FAILED") return run.error ?? run.exceptions[0]?.message ?? "It failed without saying why.";
  if (run.rowsRejected) {
    const why = run.exceptions[0] ? `: ${run.exceptions[0].message}` : "";
    return `It ran to its end and rejected ${rows(run.rowsRejected)}${why}.`;
  }
  return run.rowsWritten === null ? "It ran to its end." : `It ran to its end and wrote ${rows(run.rowsWritten)}.`;
}

function rows(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}
