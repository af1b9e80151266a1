import type { HopState } from "../../schemas/wire/line.ts";
import type { Comparison } from "./compare.ts";
import { magnitude, type Exact } from "./exact.ts";

/** Why a hop is in its state, for those who word it or make a hold of it. */
export type HopCause =
  | "first-leg"
  | "part"
  | "ties"
  | "nothing-reported"
  | "nothing-before"
  | "no-shared-measure"
  | "late-posting"
  | "posted-since"
  | "read-before"
  | "other-snapshot"
  | "other-batch"
  | "other-run"
  | "timing"
  | "timing-lapsed"
  | "rate-missing"
  | "unreadable"
  | "sign-turned"
  | "count-gap"
  | "gap"
  | "over-cap"
  | "overdrawn"
  | "sum-of-tolerated";

export interface HopJudgement {
  state: HopState;
  cause: HopCause;
  comparison: Comparison | null;
  /** What could not be reckoned with, in words; null where everything could. */
  finding: string | null;
}

/** The largest amount that does not tie, with its sign; null when only counts differ. */
export function amountOff(comparison: Comparison | null): Exact | null {
  const { net, debit, credit } = comparison?.difference ?? {};
  if (net) return net;
  const gross = [debit, credit].filter((amount) => amount !== undefined && amount !== 0n) as Exact[];
  return gross.sort((a, b) => (magnitude(a) > magnitude(b) ? -1 : 1))[0] ?? null;
}
