import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { personById, setDuty, type Person } from "../store/postgres/people.ts";
import { periodsOf, refuseUnknownEntities, type NewPerson } from "./add-person.ts";

/** Gives a person another role, other entities or periods, from their next request on. */
export async function changeDuty(
  ctx: Context,
  actor: Actor,
  id: string,
  duty: Pick<NewPerson, "role" | "entities" | "periods">,
): Promise<Person> {
  refuseUnknownEntities(ctx.estate, duty.entities);
  const periods = periodsOf(ctx.estate, duty);
  if (actor.id === id) throw new Fault("not-permitted", "Nobody changes their own role; ask another platform owner.");
  const changed = await ctx.postgres.transaction(async (tx) => {
    const [before] = await tx.ask(personById, { id });
    if (!before) throw new Fault("not-found", "There is no such person.");
    const entities = duty.entities === "all" ? null : [...duty.entities];
    await tx.ask(setDuty, { personId: id, role: duty.role, entities, periods });
    await record(tx, {
      at: ctx.clock.now(),
      actor,
      action: "person.change-duty",
      subject: `person:${id}`,
      detail: {
        from: { role: before.role, entities: before.entities ?? "all", periods: before.periods ?? "all" },
        to: { role: duty.role, entities: duty.entities, periods: periods ?? "all" },
      },
    });
    return { ...before, role: duty.role, entities, periods };
  });
  // What is pushed live was drawn for the duty before; the console connects anew.
  ctx.dismiss(id);
  return changed;
}
