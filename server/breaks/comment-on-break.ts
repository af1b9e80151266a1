import { v7 as uuidv7 } from "uuid";
import type { BreakComment } from "../../schemas/wire/break.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { demand } from "../people/permit.ts";
import { insertComment } from "../store/postgres/breaks-history.ts";
import { breakInScope } from "./act-on-breaks.ts";

/** Adds a remark to a break, whatever state it is in. */
export async function commentOnBreak(
  ctx: Pick<Context, "postgres" | "clock" | "touch">,
  actor: Actor,
  { id, text }: { id: string; text: string },
): Promise<BreakComment> {
  demand(actor, "break:explain");
  const at = ctx.clock.now();
  const comment = { id: uuidv7(), at: at.toISOString(), text };
  await ctx.postgres.transaction(async (tx) => {
    await breakInScope(tx, actor, id);
    await tx.ask(insertComment, { ...comment, breakId: id, byId: actor.id, byName: actor.name });
    const detail = { comment: comment.id, text };
    await record(tx, { at, actor, action: "break.comment", subject: `break:${id}`, detail });
  });
  ctx.touch("breaks");
  return { ...comment, by: { id: actor.id, name: actor.name } };
}
