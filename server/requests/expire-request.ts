import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { moveRequest, requestById } from "../store/postgres/requests.ts";
import { settleRequests } from "./settle-requests.ts";

const OUTCOME = "The run was never seen. The vendor may have started it; look before asking again.";

/** Ends a dispatched request whose run has not been seen at all. One that was seen ends with its run. */
export async function expireRequest(ctx: Context, id: string): Promise<void> {
  const [request] = await ctx.postgres.ask(requestById, { id });
  const run = request?.runId ? ctx.facts.run(request.runId) : null;
  if (run) return settleRequests(ctx, [run]);
  const at = ctx.clock.now();
  await ctx.postgres.transaction(async (tx) => {
    const move = { id, from: ["dispatched" as const], to: "failed" as const, at: at.toISOString(), outcome: OUTCOME };
    const [row] = await tx.ask(moveRequest, move);
    if (!row) return;
    await ctx.enqueue("request.tell", { id }, { key: `${id} ended`, tx });
    const subject = `request:${id}`;
    await record(tx, { at, actor: TIEOUT, action: "request.failed", subject, detail: { outcome: OUTCOME } });
  });
  ctx.touch("requests");
  ctx.touch("flows");
}
