import type { Context } from "../context.ts";
import { record, TIEOUT } from "../audit/record.ts";
import { releaseClaims } from "../store/postgres/requests-steps.ts";
import { moveRequest, openRequests } from "../store/postgres/requests.ts";
import { expireRequest } from "./expire-request.ts";
import { settleKnown } from "./settle-known.ts";
import { takeUpSchedules } from "./take-up-schedules.ts";

/** Real seconds between two looks. */
export const WATCH_SECONDS = 10;
/** Every so many looks, loads that were to come by themselves are looked for, and figures that did not arrive. */
const AWAITED_EVERY = 6;

let looks = 0;

/**
 * What time alone brings: steps in a dead process's hands are taken back, runs nobody compared with their steps are,
 * requests nobody approved run out, freezes of the calendar end, schedules come due. Safe to be called by several processes.
 */
export async function watchRequests(ctx: Context): Promise<void> {
  looks += 1;
  const now = ctx.clock.now().toISOString();
  await ctx.postgres.ask(releaseClaims, { all: false });
  await settleKnown(ctx);
  for (const request of await ctx.postgres.ask(openRequests, {})) {
    if (request.state === "waiting") {
      if (request.expiresAt && request.expiresAt <= now) await expire(ctx, request.id);
    } else {
      await ctx.enqueue("request.advance", { id: request.id });
      if (looks % AWAITED_EVERY !== 0) continue;
      await ctx.enqueue("request.verify", { id: request.id, tries: 1 }, { key: `verify ${request.id}` });
      await expireRequest(ctx, request.id, { awaitedOnly: true });
    }
  }
  await takeUpSchedules(ctx);
  ctx.touch("desk");
}

async function expire(ctx: Context, id: string): Promise<void> {
  const at = ctx.clock.now();
  const outcome = "Nobody agreed to it in time.";
  await ctx.postgres.transaction(async (tx) => {
    const move = { id, from: ["waiting" as const], to: "expired" as const, at: at.toISOString(), outcome };
    const [row] = await tx.ask(moveRequest, move);
    if (!row) return;
    await record(tx, { at, actor: TIEOUT, action: "request.expired", subject: `request:${id}`, detail: { outcome } });
  });
  ctx.touch("requests");
  ctx.touch("request");
}

/** Begins to look at what time alone brings; called once the tower's clock shows the present. */
export async function beginWatch(ctx: Pick<Context, "enqueue">): Promise<void> {
  await ctx.enqueue("request.watch", { turn: 0 }, { key: "watch 0" });
}

/** Lets requests go on that were held, after a freeze was lifted. */
export async function resumeHeld(ctx: Context): Promise<void> {
  for (const { id, state } of await ctx.postgres.ask(openRequests, {})) {
    if (state !== "waiting") await ctx.enqueue("request.advance", { id });
  }
}
