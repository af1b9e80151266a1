/** What became of something between two dates. */
export type Change = "added" | "removed" | "kept";

/**
 * Puts two lists of the same things together by their keys: what is in the later only was added, in the earlier only
 * removed. Of what is in both the later is taken.
 */
export function differenceOf<T>(
  earlier: readonly T[],
  later: readonly T[],
  keyOf: (each: T) => string,
): (T & { change: Change })[] {
  const before = new Map(earlier.map((each) => [keyOf(each), each]));
  const after = new Map(later.map((each) => [keyOf(each), each]));
  const kept = [...after].map(([key, each]) => ({
    ...each,
    change: before.has(key) ? ("kept" as const) : ("added" as const),
  }));
  const gone = [...before].flatMap(([key, each]) => (after.has(key) ? [] : [{ ...each, change: "removed" as const }]));
  return [...kept, ...gone];
}
