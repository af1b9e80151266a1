import type { StepKind } from "../../schemas/wire/plan.ts";
import type { StepFault, StepState, Verification } from "../../schemas/wire/request.ts";
import { moveSteps, type StoredStep } from "../store/postgres/requests-steps.ts";
import type { Asking } from "../store/postgres.ts";

/** A step written on; what is left out stays as it is. */
export interface Move {
  step: string;
  /** States it may be moved from; in another it is left alone. */
  from: readonly StepState[];
  state: StepState;
  outcome: string | null;
  fault?: StepFault | null;
  kind?: StepKind;
  /** A new attempt, under a key of its own. */
  attempt?: number;
  idempotency_key?: string;
  parameters?: Record<string, string>;
  /** Real seconds before it is tried again. */
  wait_seconds?: number;
  vendor_run_key?: string;
  run_id?: string;
  job_name?: string;
  correlation_id?: string | null;
  adopted?: boolean;
  verification?: Verification;
  resolution?: NonNullable<StoredStep["resolution"]>;
  /** Forgets the run and resolution of the attempt before. */
  forget?: boolean;
}

export async function writeMoves(
  tx: Asking,
  requestId: string,
  at: Date,
  moves: readonly Move[],
): Promise<StoredStep[]> {
  if (moves.length === 0) return [];
  return tx.ask(moveSteps, { requestId, at: at.toISOString(), moves: JSON.stringify(moves) });
}
