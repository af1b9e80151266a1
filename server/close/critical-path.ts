import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { BoardCell } from "../../schemas/wire/board.ts";
import type { PathStep } from "../../schemas/wire/readiness.ts";
import { minutesBetween, type Moment } from "../checks/moment.ts";

/**
 * The chain of milestones that decides when an entity is closed, first step first: from the mandatory milestone due last
 * back through whatever each step waited for longest.
 */
export function criticalPath(
  milestones: readonly Milestone[],
  cells: readonly BoardCell[],
  moment: Moment,
): PathStep[] {
  const cellOf = new Map(cells.map((cell) => [cell.milestone, cell]));
  const byId = new Map(milestones.map((milestone) => [milestone.id, milestone]));
  const last = milestones
    .filter(({ mandatory }) => mandatory)
    .reduce<Milestone | null>(
      (latest, each) => (latest && finishOf(cellOf.get(each.id)!) <= finishOf(cellOf.get(latest.id)!) ? latest : each),
      null,
    );
  const path: Milestone[] = [];
  for (let at = last; at; at = longestAwaited(at, cellOf, byId)) path.unshift(at);
  return path.map((milestone, at) => {
    const cell = cellOf.get(milestone.id)!;
    const before = at === 0 ? null : cellOf.get(path[at - 1]!.id)!;
    return {
      milestone: milestone.id,
      title: milestone.title,
      state: cell.state,
      metAt: cell.metAt,
      deadline: cell.deadline,
      slackMinutes: minutesBetween(cell.metAt ?? moment.now, cell.deadline.at),
      tookMinutes: before?.metAt && cell.metAt ? minutesBetween(before.metAt, cell.metAt) : null,
    };
  });
}

function longestAwaited(
  milestone: Milestone,
  cellOf: ReadonlyMap<string, BoardCell>,
  byId: ReadonlyMap<string, Milestone>,
): Milestone | null {
  return milestone.after.reduce<Milestone | null>((longest, id) => {
    const later = !longest || finishOf(cellOf.get(id)!) > finishOf(cellOf.get(longest.id)!);
    return later ? byId.get(id)! : longest;
  }, null);
}

/** Orders milestones by when they are out of the way: what is not met comes after all that is, by its deadline. */
function finishOf({ metAt, deadline, state }: BoardCell): string {
  return state === "done" && metAt !== null ? `0 ${metAt}` : `1 ${deadline.at}`;
}
