import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { personById } from "../store/postgres/people.ts";
import { deleteSessions } from "../store/postgres/sessions.ts";

/** Ends every session of a person at once; they may sign in again. */
export async function endSessions(ctx: Context, actor: Actor, id: string): Promise<void> {
  await ctx.postgres.transaction(async (tx) => {
    const [person] = await tx.ask(personById, { id });
    if (!person) throw new Fault("not-found", "There is no such person.");
    const ended = await tx.ask(deleteSessions, { personId: id });
    await record(tx, {
      at: ctx.clock.now(),
      actor,
      action: "person.end-sessions",
      subject: `person:${id}`,
      detail: { name: person.name, sessions: ended.length },
    });
  });
  ctx.dismiss(id);
}
