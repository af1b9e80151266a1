import type { Run } from "../../schemas/run.ts";
import type { Context } from "../context.ts";
import { openRequests, releaseHolds } from "../store/postgres/requests.ts";
import { settleRequests } from "./settle-requests.ts";

/**
 * Takes requests up where a stop or crash left them; called once at start, after facts are loaded and tasks started.
 * One whose dispatch was interrupted is dispatched again under the same idempotency key; one under way is compared with
 * what is known of its run.
 */
export async function recoverRequests(ctx: Context): Promise<void> {
  // On the embedded engine this process is the only one, so a hold can only be a dead one's.
  if (ctx.postgres.embedded) await ctx.postgres.ask(releaseHolds, {});
  const runs: Run[] = [];
  for (const request of await ctx.postgres.ask(openRequests, {})) {
    if (request.state === "requested") {
      const held = request.heldUntil ? Date.parse(request.heldUntil) - Date.now() : 0;
      const afterSeconds = Math.max(0, Math.ceil(held / 1000));
      // Without a key, because the task that was cut off may still stand under the request's own.
      await ctx.enqueue("request.dispatch", { id: request.id }, { afterSeconds });
    } else {
      const run = request.runId ? ctx.facts.run(request.runId) : null;
      if (run) runs.push(run);
    }
  }
  await settleRequests(ctx, runs);
}
