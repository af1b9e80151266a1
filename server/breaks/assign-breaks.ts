import type { BulkAnswer } from "../../schemas/wire/break.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { personById } from "../store/postgres/people.ts";
import { actOnBreaks, type Acted } from "./act-on-breaks.ts";

/** Gives breaks to a person, who must be able to see them. Taking one over from another is an act like any other. */
export async function assignBreaks(
  ctx: Pick<Context, "postgres" | "estate" | "clock" | "touch">,
  actor: Actor,
  asked: Acted & { to: string },
): Promise<BulkAnswer> {
  const [person] = await ctx.postgres.ask(personById, { id: asked.to });
  if (!person) throw new Fault("not-found", "There is no such person.", { pointer: "/to" });
  return actOnBreaks(ctx, actor, asked, {
    scope: "break:explain",
    name: "assign",
    from: ["open", "assigned", "explained"],
    on(row) {
      if (!inScope({ entities: person.entities ?? "all" }, row.entity))
        throw new Fault("conflict", `${person.name} may not see ${row.entity}.`);
      const { explanation, review, settlement } = row;
      const to = row.state === "open" ? "assigned" : row.state;
      return {
        ...{ explanation, review, settlement, to },
        assignee: { id: person.id, name: person.name },
        text: `To ${person.name}.`,
      };
    },
  });
}
