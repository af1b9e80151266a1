import { createColumns } from "./columns.ts";

/** No sighting: the end of a list. */
export const NONE = -1;

/** When something was seen and when that became known, in epoch milliseconds, latest first; lists by their head. */
export interface Sightings {
  /** Adds to the list of a head (`NONE` for an empty one); answers the list's head afterwards. */
  add(head: number, at: number, known: number): number;
  /** The latest instant seen by `effective` as known by `knownBy`; −Infinity where there is none. */
  latest(head: number, effective: number, knownBy: number): number;
  /** The one before it; −Infinity where there is none. */
  latestButOne(head: number, effective: number, knownBy: number): number;
  /** The first instant; Infinity where there is none. */
  first(head: number, effective: number, knownBy: number): number;
  /** Makes buckets twice as long, for all lists: their heads are changed in place. */
  coarsen(heads: Int32Array | Float64Array, count: number): void;
  /** The bucket an instant falls into; of one bucket no order can be told for sure. */
  bucketOf(at: number): number;
  readonly count: number;
  /** Days that share a bucket. */
  readonly bucketDays: number;
}

const DAY = 86_400_000;

/** Of each bucket of days, at first one, three sightings stay: the first, the one known soonest and the latest. */
export function createSightings(): Sightings {
  const rows = createColumns({ at: "float", known: "float", next: "int" });
  const { at } = rows;
  let bucketDays = 1;
  const free: number[] = [];

  const place = (when: number, known: number, next: number): number => {
    const row = free.pop() ?? rows.push();
    at.at[row] = when;
    at.known[row] = known;
    at.next[row] = next;
    return row;
  };
  const bucketOf = (when: number) => Math.floor(when / (DAY * bucketDays));

  const sightings: Sightings = {
    add(head, when, known) {
      const bucket = bucketOf(when);
      let before = NONE;
      let row = head;
      while (row !== NONE && bucketOf(at.at[row]!) > bucket) {
        before = row;
        row = at.next[row]!;
      }
      const own: [number, number][] = [[when, known]];
      while (row !== NONE && bucketOf(at.at[row]!) === bucket) {
        own.push([at.at[row]!, at.known[row]!]);
        free.push(row);
        row = at.next[row]!;
      }
      for (const [first, then] of kept(own)) row = place(first, then, row);
      if (before === NONE) return row;
      at.next[before] = row;
      return head;
    },
    latest(head, effective, knownBy) {
      for (let row = head; row !== NONE; row = at.next[row]!) {
        if (at.at[row]! <= effective && at.known[row]! <= knownBy) return at.at[row]!;
      }
      return -Infinity;
    },
    latestButOne(head, effective, knownBy) {
      let found = 0;
      for (let row = head; row !== NONE; row = at.next[row]!) {
        if (at.at[row]! <= effective && at.known[row]! <= knownBy && ++found === 2) return at.at[row]!;
      }
      return -Infinity;
    },
    first(head, effective, knownBy) {
      let found = Infinity;
      for (let row = head; row !== NONE; row = at.next[row]!) {
        if (at.at[row]! <= effective && at.known[row]! <= knownBy) found = at.at[row]!;
      }
      return found;
    },
    coarsen(heads, count) {
      bucketDays *= 2;
      for (let list = 0; list < count; list++) {
        const own: [number, number][] = [];
        for (let row = heads[list]!; row !== NONE; row = at.next[row]!) {
          own.push([at.at[row]!, at.known[row]!]);
          free.push(row);
        }
        heads[list] = own.reduceRight((head, [when, known]) => sightings.add(head, when, known), NONE);
      }
    },
    bucketOf,
    get count() {
      return rows.length - free.length;
    },
    get bucketDays() {
      return bucketDays;
    },
  };
  return sightings;
}

/** The first, the soonest known and the latest, each once, oldest first. Of one instant the one known sooner counts. */
function kept(sightings: readonly [number, number][]): [number, number][] {
  let [first, soonest, latest] = [sightings[0]!, sightings[0]!, sightings[0]!];
  for (const each of sightings) {
    if (each[0] < first[0] || (each[0] === first[0] && each[1] < first[1])) first = each;
    if (each[1] < soonest[1] || (each[1] === soonest[1] && each[0] < soonest[0])) soonest = each;
    if (each[0] > latest[0] || (each[0] === latest[0] && each[1] < latest[1])) latest = each;
  }
  const distinct = [first, soonest, latest].filter(
    (one, place, all) => all.findIndex((other) => other[0] === one[0] && other[1] === one[1]) === place,
  );
  return distinct.sort((one, other) => one[0] - other[0] || other[1] - one[1]);
}
