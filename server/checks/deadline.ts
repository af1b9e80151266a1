import type { Instant } from "../../schemas/instant.ts";
import type { BoardCell } from "../../schemas/wire/board.ts";
import type { Moment } from "./moment.ts";

export type Timing = BoardCell["timing"];

/**
 * How something stands against its deadline, judged on when the data reached its cut-off (`metAt`), never on whether
 * a run succeeded. Before `opensAt` nothing can be delivered yet, so nothing is due.
 */
export function timingOf(
  facts: { metAt: Instant | null; deadlineAt: Instant; opensAt: Instant | null },
  moment: Moment,
): Timing {
  if (facts.metAt !== null) return facts.metAt <= facts.deadlineAt ? "met" : "late";
  if (moment.past(facts.deadlineAt)) return "missed";
  return facts.opensAt === null || moment.past(facts.opensAt) ? "due" : "not-due";
}
