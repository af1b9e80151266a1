import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { deletePerson, personById } from "../store/postgres/people.ts";

/** Takes a person's way in away at once; what they did stays in the audit log under their name. */
export async function removePerson(ctx: Context, actor: Actor, id: string): Promise<void> {
  if (actor.id === id) throw new Fault("not-permitted", "Nobody removes themselves; ask another platform owner.");
  await ctx.postgres.transaction(async (tx) => {
    const [person] = await tx.ask(personById, { id });
    if (!person) throw new Fault("not-found", "There is no such person.");
    await tx.ask(deletePerson, { id });
    await record(tx, {
      at: ctx.clock.now(),
      actor,
      action: "person.remove",
      subject: `person:${id}`,
      detail: { name: person.name, email: person.email },
    });
  });
  ctx.dismiss(id);
}
