import { v7 as uuidv7 } from "uuid";
import { ROLE_TITLES, type Role } from "../../schemas/estate/role.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { personById } from "../store/postgres/people.ts";
import { insertTakenRole, type TakenRole } from "../store/postgres/taken-roles.ts";
import { demand } from "./permit.ts";

/** The task that ends a taken role and says so; the role itself ends at its instant whether or not the task runs. */
export const END_TAKEN_ROLE = "role.end-taken";

/**
 * Breaks the glass: a person takes another role beside their own for some minutes of real time, within their own
 * entities. It is on record with its reason, and open as an exception of whoever answers for access until it ends.
 */
export async function takeRole(
  ctx: Context,
  actor: Actor,
  asked: { role: Role; minutes: number; reason: string },
): Promise<TakenRole> {
  demand(actor, "access:break-glass");
  if (actor.kind !== "person")
    throw new Fault("not-permitted", "A key takes no role; breaking the glass is a person's.");
  const now = Date.now();
  const taken = await ctx.postgres.transaction(async (tx) => {
    const [person] = await tx.ask(personById, { id: actor.id });
    if (!person) throw new Fault("not-found", "There is no such person.");
    if (person.role === asked.role) {
      throw new Fault("invalid-input", `${person.name} is ${ROLE_TITLES[asked.role]} already.`, { pointer: "/role" });
    }
    const [kept] = await tx.ask(insertTakenRole, {
      ...{ id: uuidv7(), personId: person.id, personName: person.name, ownRole: person.role, role: asked.role },
      reason: asked.reason,
      takenAt: new Date(now).toISOString(),
      toldAt: ctx.clock.now().toISOString(),
      endsAt: new Date(now + asked.minutes * 60_000).toISOString(),
    });
    if (!kept) throw new Fault("conflict", "A role is taken already. Give it back first.");
    await ctx.enqueue(END_TAKEN_ROLE, { id: kept.id }, { key: kept.id, afterSeconds: asked.minutes * 60, tx });
    await record(tx, {
      ...{ at: ctx.clock.now(), actor, action: "role.take", subject: `person:${person.id}` },
      detail: { from: person.role, to: asked.role, minutes: asked.minutes, endsAt: kept.endsAt, reason: asked.reason },
    });
    return kept;
  });
  // What is pushed live was drawn for the duty before; the console connects anew.
  ctx.dismiss(actor.id);
  return taken;
}
