import { record, TIEOUT } from "../audit/record.ts";
import { endWaiver, waiversOver } from "../store/postgres/waivers.ts";
import type { Closing } from "./look-at.ts";

/** Records the end of waivers whose time is over. Verdicts stop counting them at the instant itself, recorded or not. */
export async function expireWaivers({ ctx }: Pick<Closing, "ctx">): Promise<number> {
  const at = ctx.clock.now();
  const over = await ctx.postgres.ask(waiversOver, { now: at.toISOString() });
  for (const { id, entity, period, milestone, waives, expiresAt } of over) {
    await ctx.postgres.transaction(async (tx) => {
      const [ended] = await tx.ask(endWaiver, { id, to: "expired", at: expiresAt, by: TIEOUT.name, reason: null });
      if (!ended) return;
      await record(tx, {
        at,
        actor: TIEOUT,
        action: "waiver.expire",
        subject: `waiver:${id}`,
        detail: { entity, period, milestone, waives, expiresAt },
      });
    });
  }
  if (over.length > 0) ctx.touch("close");
  return over.length;
}
