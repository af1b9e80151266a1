import type { Silence } from "../../schemas/wire/alert.ts";
import { record } from "../audit/record.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { demand } from "../people/permit.ts";
import { endSilence, lookAgainAtSilenced } from "../store/postgres/silences.ts";
import type { AlertContext } from "./alert-context.ts";

/** Ends a silence before its time; what waited because of it is told now. */
export async function expireSilence(ctx: AlertContext, actor: Actor, id: string): Promise<Silence> {
  demand(actor, "silence:manage");
  const at = ctx.clock.now();
  const silence = await ctx.postgres.transaction(async (tx) => {
    const by = { by: actor.id, byName: actor.name };
    const [ended] = await tx.ask(endSilence, { id, at: at.toISOString(), ...by });
    if (!ended) throw new Fault("not-found", "There is no such silence, or it has ended already.");
    await tx.ask(lookAgainAtSilenced, { now: at.toISOString() });
    const detail = { reason: ended.reason, expiresAt: ended.expiresAt };
    await record(tx, { at, actor, action: "silence.expire", subject: `silence:${id}`, detail });
    return ended;
  });
  ctx.touch("alerts");
  return silence;
}
