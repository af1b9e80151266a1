import type { BreakRow, BreakState } from "../../schemas/wire/break.ts";
import type { FoundBreak } from "./found-breaks.ts";

/** What people have decided about a break, and for which amount. */
export type BreakStanding = Pick<BreakRow, "id" | "state" | "amount">;

/** Standings by break id. */
export type Standings = ReadonlyMap<string, BreakStanding>;

/** Explained by one person and approved by another, or disposed of after that. */
const SETTLED: readonly BreakState[] = ["reviewed", "accepted-timing", "adjusted", "written-off"];

export function isSettled(state: BreakState): boolean {
  return SETTLED.includes(state);
}

/** What somebody still has to do something about: breaks nobody approved an explanation for, at the amount they are now. */
export function unsettled(found: readonly FoundBreak[], standings: Standings): FoundBreak[] {
  return found.filter(({ id, amount }) => {
    const standing = standings.get(id);
    return !standing || standing.amount !== amount || !isSettled(standing.state);
  });
}
