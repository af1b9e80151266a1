import type { Context } from "../context.ts";
import { releaseClaims } from "../store/postgres/requests-steps.ts";
import { openRequests } from "../store/postgres/requests.ts";
import { settleKnown } from "./settle-known.ts";

/**
 * Takes requests up where a stop or crash left them; called once at start, after facts are loaded and tasks started.
 * Steps that were in a dead process's hands are done again under the same key; those under way are compared with what is
 * known of their runs.
 */
export async function recoverRequests(ctx: Context): Promise<void> {
  // On the embedded engine this process is the only one, so a claim can only be a dead one's.
  await ctx.postgres.ask(releaseClaims, { all: ctx.postgres.embedded });
  for (const { id, state } of await ctx.postgres.ask(openRequests, {})) {
    if (state === "waiting") continue;
    await ctx.enqueue("request.advance", { id });
    await ctx.enqueue("request.verify", { id, tries: 1 });
  }
  await settleKnown(ctx);
  await ctx.enqueue("request.watch", { turn: 0 }, { key: "watch 0" });
}
