/** When a run began and delivered. */
export interface Delivery {
  from: string;
  at: string;
}

/** Deliveries further apart than this are not taken for one batch, in milliseconds. */
export const WINDOW = 36 * 3_600_000;
/** Looked at of each hop. */
const MOST = 5;

/**
 * Of the deliveries into each hop, latest first, those worth a look where the hop has no run yet: the first after the hop
 * before delivered, the last before the hop after began, and beside them what the hop before delivered meanwhile, so that
 * a later delivery is not taken for this one.
 */
export function windowCandidates<T extends { at: string }>(
  deliveries: readonly (readonly T[])[],
  known: readonly (readonly Delivery[])[],
): T[] {
  const wanted = new Set<T>();
  const ends = known.map((of) => of.map(({ at }) => at).toSorted()[0]);
  const begins = known.map((of) => of.map(({ from }) => from).toSorted()[0]);
  const near = (one: string, other: string) => Math.abs(Date.parse(one) - Date.parse(other)) <= WINDOW;
  for (let hop = 1; hop < known.length; hop += 1) {
    const after = ends[hop - 1];
    if (ends[hop] !== undefined || after === undefined) continue;
    const next = deliveries[hop]!.findLast(({ at }) => at > after && near(at, after));
    if (!next) continue;
    wanted.add(next);
    ends[hop] = next.at;
    for (const rival of deliveries[hop - 1]!.filter(({ at }) => at > after && at < next.at).slice(-MOST))
      wanted.add(rival);
  }
  for (let hop = known.length - 2; hop >= 0; hop -= 1) {
    const before = begins[hop + 1];
    if (ends[hop] !== undefined || before === undefined) continue;
    const last = deliveries[hop]!.filter(({ at }) => at <= before && near(at, before)).slice(0, MOST);
    for (const each of last) wanted.add(each);
    begins[hop] = last[0]?.at;
  }
  return [...wanted];
}
