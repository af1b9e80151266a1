import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { personById } from "../store/postgres/people.ts";
import { deleteSession } from "../store/postgres/sessions.ts";

/** Ends one session of a person at once; their others go on. */
export async function endSession(ctx: Context, actor: Actor, of: { personId: string; id: string }): Promise<void> {
  await ctx.postgres.transaction(async (tx) => {
    const [person] = await tx.ask(personById, { id: of.personId });
    const [ended] = person ? await tx.ask(deleteSession, of) : [];
    if (!person || !ended) throw new Fault("not-found", "There is no such session, or it has ended.");
    await record(tx, {
      ...{ at: ctx.clock.now(), actor, action: "person.end-session", subject: `person:${person.id}` },
      detail: { name: person.name, session: of.id },
    });
  });
  // Live connections of the others come back by themselves.
  ctx.dismiss(of.personId);
}
