import type { CellState, Verdict } from "../../schemas/wire/board.ts";

/** Worst first. */
export const VERDICTS: readonly Verdict[] = ["held", "late", "unknown", "at-risk", "on-course", "ready", "closed"];

/** A gate as far as its entity's verdict goes. */
export interface GateState {
  state: CellState;
  /** Whether something known holds it, rather than time alone having passed. */
  held: boolean;
  /** What only people's signatures are missing from makes an entity ready. */
  signoff: boolean;
}

/** The worst of the mandatory gates; an entity without any is closed. */
export function verdictOf(gates: readonly GateState[]): Verdict {
  return gates.map(verdictOfGate).reduce<Verdict>(worse, "closed");
}

/** What one gate by itself would make of its entity. */
export function verdictOfGate({ state, held, signoff }: GateState): Verdict {
  switch (state) {
    case "done":
      return "closed";
    case "held":
      return held ? "held" : "late";
    case "unknown":
    case "at-risk":
      return state;
    case "running":
    case "not-due":
      return signoff ? "ready" : "on-course";
  }
}

function worse(one: Verdict, other: Verdict): Verdict {
  return VERDICTS.indexOf(one) <= VERDICTS.indexOf(other) ? one : other;
}
