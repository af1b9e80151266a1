import type { BreakCause, CauseEvidence } from "../../schemas/wire/break.ts";
import type { OffCell } from "./compare.ts";
import type { Equation } from "./equations.ts";
import type { Leg } from "./legs.ts";
import type { Sides } from "./sides.ts";
import type { JudgedRule, LineInput } from "./tie-line.ts";

/** A cell that does not tie, with everything a suspicion may rest on. */
export interface Scene {
  input: LineInput;
  judged: JudgedRule;
  /** The leg it shows at. */
  at: number;
  sides: Sides;
  cell: OffCell;
  /** The cell's equations. */
  equations: readonly Equation[];
}

/** A likely cause and what speaks for it. */
export interface Suggestion {
  cause: BreakCause;
  /** In a sentence. */
  text: string;
  evidence: CauseEvidence[];
}

export type Suspicion = (scene: Scene) => Suggestion | null;

export function evidence(label: string, value: string, runId: string | null = null): CauseEvidence {
  return { label, value, runId };
}

export function targetOf({ judged, at }: Scene): Leg {
  return judged.judging.legs[at]!;
}
