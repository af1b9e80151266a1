import type { Role } from "../../schemas/estate/role.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { personById, setDuty, type Person } from "../store/postgres/people.ts";
import { refuseUnknownEntities } from "./add-person.ts";

/** Gives a person another role or other entities, from their next request on. */
export async function changeDuty(
  ctx: Context,
  actor: Actor,
  id: string,
  duty: { role: Role; entities: "all" | readonly string[] },
): Promise<Person> {
  refuseUnknownEntities(ctx.estate, duty.entities);
  if (actor.id === id) throw new Fault("not-permitted", "Nobody changes their own role; ask another platform owner.");
  const changed = await ctx.postgres.transaction(async (tx) => {
    const [before] = await tx.ask(personById, { id });
    if (!before) throw new Fault("not-found", "There is no such person.");
    const entities = duty.entities === "all" ? null : [...duty.entities];
    await tx.ask(setDuty, { personId: id, role: duty.role, entities });
    await record(tx, {
      at: ctx.clock.now(),
      actor,
      action: "person.change-duty",
      subject: `person:${id}`,
      detail: { from: { role: before.role, entities: before.entities ?? "all" }, to: duty },
    });
    return { ...before, role: duty.role, entities };
  });
  // What is pushed live was drawn for the duty before; the console connects anew.
  ctx.dismiss(id);
  return changed;
}
