import type Big from "big.js";
import type { HopState } from "../../schemas/wire/line.ts";
import type { Comparison } from "./compare.ts";

/** Why a hop is in its state, for those who word it or make a hold of it. */
export type HopCause =
  | "first-leg"
  | "ties"
  | "nothing-reported"
  | "nothing-before"
  | "no-shared-measure"
  | "late-posting"
  | "posted-since"
  | "read-before"
  | "other-snapshot"
  | "sign-turned"
  | "count-gap"
  | "gap"
  | "sum-of-tolerated";

export interface HopJudgement {
  state: HopState;
  cause: HopCause;
  comparison: Comparison | null;
}

/** The largest amount that does not tie, with its sign; null when only counts differ. */
export function amountOff(comparison: Comparison | null): Big | null {
  const { net, debit, credit } = comparison?.difference ?? {};
  if (net && !net.eq(0)) return net;
  const gross = [debit, credit].filter((amount) => amount !== undefined && !amount.eq(0)) as Big[];
  return gross.sort((a, b) => b.abs().cmp(a.abs()))[0] ?? null;
}
