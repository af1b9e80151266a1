import type { Dimension } from "../../schemas/dashboard.ts";

/**
 * What was observed of one thing: a value as `top` over `bottom`, and where it belongs. Shares and means are the sum of
 * the tops over the sum of the bottoms, so that parts add up to their whole.
 */
export interface Observation {
  top: number;
  bottom: number;
  /** Members by dimension; absent where the observation has none, as an entity of a run for all. */
  at: Partial<Record<Dimension, string>>;
}

/** How observations become one number. `percent` is a mean of 0 to 100. */
export type Summing = "sum" | "mean" | "percent" | "greatest";

/** The number of observations taken together; null where there are none, because nothing seen is not nought. */
export function summed(observations: readonly Observation[], by: Summing): number | null {
  if (observations.length === 0) return null;
  if (by === "greatest") return Math.max(...observations.map(({ top }) => top));
  const top = observations.reduce((sum, each) => sum + each.top, 0);
  if (by === "sum") return top;
  const bottom = observations.reduce((sum, each) => sum + each.bottom, 0);
  if (bottom === 0) return null;
  return by === "percent" ? (top / bottom) * 100 : top / bottom;
}

/** Observations by their member of a dimension, in order of first sight; those without one are left out. */
export function grouped(observations: readonly Observation[], dimension: Dimension): Map<string, Observation[]> {
  const groups = new Map<string, Observation[]>();
  for (const each of observations) {
    const member = each.at[dimension];
    if (member === undefined) continue;
    const group = groups.get(member);
    if (group) group.push(each);
    else groups.set(member, [each]);
  }
  return groups;
}
