import type { BulkAnswer } from "../../schemas/wire/break.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { actOnBreaks, type Acted } from "./act-on-breaks.ts";

/** Takes a decision back, with the reason: what was explained and reviewed stays in the break's life alone. */
export async function reopenBreaks(
  ctx: Pick<Context, "postgres" | "estate" | "clock" | "touch">,
  actor: Actor,
  { text, ...acted }: Acted & { text: string },
): Promise<BulkAnswer> {
  return actOnBreaks(ctx, actor, acted, {
    scope: "break:review",
    name: "reopen",
    from: ["explained", "reviewed", "accepted-timing", "adjusted", "written-off"],
    on({ assignee, present }) {
      if (!present) throw new Fault("conflict", "The break ties now; there is nothing to open again.");
      return { to: assignee ? "assigned" : "open", text, assignee, explanation: null, review: null, settlement: null };
    },
  });
}
