import type { BulkAnswer } from "../../schemas/wire/break.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { actOnBreaks, type Acted } from "./act-on-breaks.ts";

export interface Reviewed extends Acted {
  /** False returns it to whoever explained it. */
  approved: boolean;
  text: string;
}

/** Approves explanations or returns them, with the reason. Nobody reviews what they explained themselves. */
export async function reviewBreaks(
  ctx: Pick<Context, "postgres" | "estate" | "clock" | "touch">,
  actor: Actor,
  { approved, text, ...acted }: Reviewed,
): Promise<BulkAnswer> {
  return actOnBreaks(ctx, actor, acted, {
    scope: "break:review",
    name: approved ? "review" : "return",
    from: ["explained"],
    on(row, { id, name }, at) {
      if (row.explanation?.by.id === id) {
        throw new Fault("not-permitted", "You explained this break; another person must review it.");
      }
      const { assignee, explanation } = row;
      if (!approved) return { to: "assigned", text, assignee, explanation, review: null, settlement: null };
      return { to: "reviewed", text, assignee, explanation, review: { by: { id, name }, at }, settlement: null };
    },
  });
}
