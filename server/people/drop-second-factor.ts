import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { deleteSecondFactor, personById } from "../store/postgres/people.ts";
import { deleteSessions } from "../store/postgres/sessions.ts";

/** Takes a person's second factor away, for whoever lost theirs; their sessions end with it. */
export async function dropSecondFactor(ctx: Context, actor: Actor, id: string): Promise<void> {
  if (actor.id === id) throw new Fault("not-permitted", "Nobody does this to themselves; ask another platform owner.");
  await ctx.postgres.transaction(async (tx) => {
    const [person] = await tx.ask(personById, { id });
    if (!person) throw new Fault("not-found", "There is no such person.");
    const [dropped] = await tx.ask(deleteSecondFactor, { personId: id });
    if (!dropped) throw new Fault("conflict", `${person.name} has no second factor.`);
    const ended = await tx.ask(deleteSessions, { personId: id });
    await record(tx, {
      ...{ at: ctx.clock.now(), actor, action: "person.drop-second-factor", subject: `person:${id}` },
      detail: { name: person.name, sessions: ended.length },
    });
  });
  ctx.dismiss(id);
}
