import type { BulkAnswer } from "../../schemas/wire/break.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { actOnBreaks, type Acted } from "./act-on-breaks.ts";

export interface Settled extends Acted {
  as: "accepted-timing" | "adjusted" | "written-off";
  text: string;
}

/** Disposes of reviewed breaks for good. Not by whoever explained them; a changed amount opens them again. */
export async function settleBreaks(
  ctx: Pick<Context, "postgres" | "estate" | "clock" | "touch">,
  actor: Actor,
  { as, text, ...acted }: Settled,
): Promise<BulkAnswer> {
  return actOnBreaks(ctx, actor, acted, {
    scope: "break:review",
    name: as,
    from: ["reviewed"],
    on(row, { id, name }, at) {
      if (row.explanation?.by.id === id) {
        throw new Fault("not-permitted", "You explained this break; another person must settle it.");
      }
      const { assignee, explanation, review } = row;
      return { to: as, text, assignee, explanation, review, settlement: { by: { id, name }, at, text } };
    },
  });
}
