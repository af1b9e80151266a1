import type { Run } from "../../../schemas/run.ts";
import type { Expected, PlanStep } from "../../../schemas/wire/plan.ts";

/** So many of the latest runs tell how long the next will take. */
const LATEST = 20;
const FEWEST = 3;

/** How long a load usually takes, of its completed runs; null where too few are known. */
export function usualSeconds(runs: readonly Run[]): Expected | null {
  const taken: number[] = [];
  for (const { state, startedAt, endedAt } of runs) {
    if (state === "COMPLETED" && startedAt && endedAt) taken.push((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
    if (taken.length === LATEST) break;
  }
  if (taken.length < FEWEST) return null;
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.ceil(share * taken.length) - 1]!;
  return { p50Seconds: at(0.5), p90Seconds: at(0.9) };
}

/** What each system takes. */
export interface Pace {
  perMinute: number;
  concurrency: number;
}

/**
 * How long a plan takes: no less than its longest chain of steps, nor than each system needs for its share at the pace
 * it may be driven. Null where nothing is known of any step.
 */
export function planSeconds(steps: readonly PlanStep[], paceOf: (system: string) => Pace): Expected | null {
  if (!steps.some(({ expected }) => expected)) return null;
  const chain = new Map<string, Expected>();
  const bySystem = new Map<string, { calls: number; p50: number; p90: number }>();
  let whole: Expected = { p50Seconds: 0, p90Seconds: 0 };
  for (const { id, after, expected, system } of steps) {
    const before = after.flatMap((each) => chain.get(each) ?? []);
    const own = expected ?? { p50Seconds: 0, p90Seconds: 0 };
    const end = {
      p50Seconds: own.p50Seconds + Math.max(0, ...before.map(({ p50Seconds }) => p50Seconds)),
      p90Seconds: own.p90Seconds + Math.max(0, ...before.map(({ p90Seconds }) => p90Seconds)),
    };
    chain.set(id, end);
    whole = later(whole, end);
    if (!system) continue;
    const share = bySystem.get(system) ?? { calls: 0, p50: 0, p90: 0 };
    bySystem.set(system, {
      calls: share.calls + 1,
      p50: share.p50 + own.p50Seconds,
      p90: share.p90 + own.p90Seconds,
    });
  }
  for (const [system, { calls, p50, p90 }] of bySystem) {
    const { perMinute, concurrency } = paceOf(system);
    const asking = (calls * 60) / perMinute;
    whole = later(whole, {
      p50Seconds: Math.max(asking, p50 / concurrency),
      p90Seconds: Math.max(asking, p90 / concurrency),
    });
  }
  return { p50Seconds: Math.round(whole.p50Seconds), p90Seconds: Math.round(whole.p90Seconds) };
}

function later(one: Expected, other: Expected): Expected {
  return {
    p50Seconds: Math.max(one.p50Seconds, other.p50Seconds),
    p90Seconds: Math.max(one.p90Seconds, other.p90Seconds),
  };
}
