import type { BreakCause } from "../../schemas/wire/break.ts";
import { suggestedCause } from "./causes.ts";
import { cellKey } from "./cells.ts";
import type { OffCell } from "./compare.ts";
import { equationsOf, sidesAt } from "./equations.ts";
import { magnitude } from "./exact.ts";
import type { JudgedLine } from "./tie-line.ts";

/** What most likely made a hop differ: the cause of the cell that is off by most. */
export function likelyCause({ judged, input }: Pick<JudgedLine, "judged" | "input">, at: number): BreakCause {
  const sides = sidesAt(judged, at);
  const cell = judged.hops[at]!.comparison?.off.toSorted((one, other) => (netOff(one) < netOff(other) ? 1 : -1))[0];
  if (!sides || !cell) return "unknown";
  const equations = equationsOf(judged, at).filter((equation) => cellKey(equation) === cell.key);
  return suggestedCause({ input, judged, at, sides, cell, equations }).cause;
}

function netOff({ from, to }: OffCell) {
  return magnitude((to.net ?? 0n) - (from.net ?? 0n));
}
