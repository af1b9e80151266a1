import { record, TIEOUT } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { endTakenRole, takenRoleById, type TakenRole } from "../store/postgres/taken-roles.ts";
import { demand } from "./permit.ts";

/** Gives a taken role back before its time, or takes it from whoever has it. */
export async function giveRoleBack(ctx: Context, actor: Actor, id: string): Promise<TakenRole> {
  const [taken] = await ctx.postgres.ask(takenRoleById, { id });
  if (!taken) throw new Fault("not-found", "There is no such taken role.");
  if (taken.personId !== actor.id) demand(actor, "person:manage");
  const ended = await end(ctx, actor, id);
  if (!ended) throw new Fault("conflict", "This role has ended already.");
  return ended;
}

/** Ends a taken role whose time is over. */
export async function endWhatIsOver(ctx: Context, id: string): Promise<void> {
  await end(ctx, TIEOUT, id);
}

async function end(ctx: Context, actor: Actor | typeof TIEOUT, id: string): Promise<TakenRole | null> {
  const ended = await ctx.postgres.transaction(async (tx) => {
    const [kept] = await tx.ask(endTakenRole, { id, by: actor.name });
    if (!kept) return null;
    await record(tx, {
      ...{ at: ctx.clock.now(), actor, action: "role.end", subject: `person:${kept.personId}` },
      detail: { role: kept.role, takenAt: kept.takenAt, endedAt: kept.endedAt },
    });
    return kept;
  });
  if (ended) ctx.dismiss(ended.personId);
  return ended;
}
