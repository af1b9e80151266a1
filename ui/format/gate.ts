import type { BoardCell, BoardEntity } from "../../schemas/wire/board.ts";
import { shortAmount } from "./money.ts";
import { clockTime, dayOf, shortDay } from "./time.ts";

/** What a cell has room for: when it was met or is due, how far it is, or how much is missing. */
export function gateText(cell: BoardCell, zone: string, now: string): string {
  switch (cell.state) {
    case "done":
      return cell.metAt ? clockTime(cell.metAt, zone) : "";
    case "running":
      // What still runs is not whole, whatever rounding makes of it.
      return cell.progress === null ? "" : `${Math.min(99, Math.round(cell.progress * 100))}\u202f%`;
    case "at-risk":
      return dueText(cell, zone, now);
    case "held":
      return cell.amount === null ? (cell.note?.split(" ")[0] ?? "held") : shortAmount(cell.amount);
    default:
      return "";
  }
}

/** The time where it is due today, the day where it is another. */
function dueText(cell: BoardCell, zone: string, now: string): string {
  return dayOf(cell.deadline.at, zone) === dayOf(now, zone)
    ? clockTime(cell.deadline.at, zone)
    : shortDay(cell.deadline.at, zone);
}

/** The first gate that is not met, in the close's order. */
export function nextGate(entity: BoardEntity): BoardCell | null {
  const open = entity.cells.filter((cell) => cell.state !== "done");
  return open.reduce<BoardCell | null>(
    (first, cell) => (!first || cell.deadline.at < first.deadline.at ? cell : first),
    null,
  );
}
