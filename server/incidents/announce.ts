import type { Context } from "../context.ts";
import type { Asking } from "../store/postgres.ts";

/** The task that sends alerts on what the outbox holds. */
const DISPATCH = "alert.dispatch";

/** Wakes those who tell people of changes, once the transaction is committed. What they send is in the outbox. */
export async function announce(ctx: Pick<Context, "enqueue" | "handles">, tx: Asking): Promise<void> {
  if (ctx.handles(DISPATCH)) await ctx.enqueue(DISPATCH, {}, { key: DISPATCH, tx });
}
