/** How an uncertain finish is spread: epoch milliseconds at 5 %, 10 % … 95 %, ascending. */
export type Spread = readonly number[];

const STEPS = 20;
const SHARES = Array.from({ length: STEPS - 1 }, (_, at) => (at + 1) / STEPS);

/** The spread of samples in epoch milliseconds; there must be at least one. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  return SHARES.map((share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!);
}

/** When the later of two is out of the way. What makes one late mostly makes the other late too, so they move together. */
export function laterOf(one: Spread, other: Spread): Spread {
  return one.map((at, share) => Math.max(at, other[share]!));
}

/** A finish that is known already, or not to be before an instant. */
export function certainly(at: number): Spread {
  return SHARES.map(() => at);
}

export function p50(spread: Spread): number {
  return spread[STEPS / 2 - 1]!;
}

export function p90(spread: Spread): number {
  return spread[Math.round(STEPS * 0.9) - 1]!;
}
