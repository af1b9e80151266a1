import type { BreakRow, BulkAnswer } from "../../schemas/wire/break.ts";
import type { Actor, Context } from "../context.ts";
import { actOnBreaks, type Acted } from "./act-on-breaks.ts";

export interface Explained extends Acted {
  reason: NonNullable<BreakRow["explanation"]>["reason"];
  text: string;
}

/** Says why breaks are there. Explaining again replaces what was said, and a review of it is void. */
export async function explainBreaks(
  ctx: Pick<Context, "postgres" | "estate" | "clock" | "touch">,
  actor: Actor,
  { reason, text, ...acted }: Explained,
): Promise<BulkAnswer> {
  return actOnBreaks(ctx, actor, acted, {
    scope: "break:explain",
    name: "explain",
    from: ["open", "assigned", "explained", "reviewed"],
    on(row, { id, name }, at) {
      const by = { id, name };
      const explanation = { reason, text, by, at };
      return { to: "explained", text, explanation, assignee: row.assignee ?? by, review: null, settlement: null };
    },
  });
}
