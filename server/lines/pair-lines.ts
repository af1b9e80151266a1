import type { DifferenceKind } from "../../schemas/wire/lines.ts";
import { differingPlaces, inOrder, valuesText, type Line } from "./line.ts";
import { matchGroups, type MatchedLines } from "./match-lines.ts";

/** A difference between two sides; `left` and `right` are as often there as `copies` says. */
export interface PairedLines {
  kind: DifferenceKind;
  left: Line | null;
  right: Line | null;
  copies: { left: number; right: number };
  /** Whether another pairing of lines of this key was as good. */
  ambiguous: boolean;
}

export interface Paired {
  differences: PairedLines[];
  /** Lines of one key, several on a side, that add up to each other. */
  matches: MatchedLines[];
}

/**
 * Which lines of the same key belong to each other. Equal lines pair off first; what one side has more of an equal line is
 * duplicated. Of the rest several that add up to the same are matched; then those that differ in the fewest columns pair
 * off as different, and what is left over is missing on the right, or extra there. The order lines come in changes nothing.
 */
export function pairLines(left: readonly Line[], right: readonly Line[]): Paired {
  const byKey = new Map<string, { left: Line[]; right: Line[] }>();
  for (const [side, lines] of [
    ["left", left],
    ["right", right],
  ] as const) {
    for (const line of lines) {
      const name = JSON.stringify(line.key);
      const group = byKey.get(name) ?? { left: [], right: [] };
      group[side].push(line);
      byKey.set(name, group);
    }
  }
  const all: Paired = { differences: [], matches: [] };
  for (const [, group] of [...byKey].toSorted(([a], [b]) => inOrder(a, b))) {
    const { differences, matches } = pairOfKey(group);
    all.differences.push(...differences);
    all.matches.push(...matches);
  }
  return all;
}

interface Copies {
  line: Line;
  left: number;
  right: number;
}

function pairOfKey(group: { left: Line[]; right: Line[] }): Paired {
  const differences: PairedLines[] = [];
  const alone = { left: [] as Line[], right: [] as Line[] };
  for (const copies of copiesOf(group)) {
    if (copies.left === 0) alone.right.push(...Array.from({ length: copies.right }, () => copies.line));
    else if (copies.right === 0) alone.left.push(...Array.from({ length: copies.left }, () => copies.line));
    else if (copies.left !== copies.right) differences.push(both("duplicated", copies, copies, false));
  }
  const { matches, left, right } = matchGroups(alone.left, alone.right);
  differences.push(...pairAlone(copiesOf({ left, right: [] }), copiesOf({ left: [], right })));
  return { differences, matches };
}

/** Equal lines together, in the order of what they say. */
function copiesOf(group: { left: Line[]; right: Line[] }): Copies[] {
  const alike = new Map<string, Copies>();
  for (const side of ["left", "right"] as const) {
    for (const line of group[side]) {
      const text = valuesText(line);
      const copies = alike.get(text) ?? { line, left: 0, right: 0 };
      copies[side]++;
      alike.set(text, copies);
    }
  }
  return [...alike].toSorted(([a], [b]) => inOrder(a, b)).map(([, copies]) => copies);
}

/** Pairs of lines looked at under one key; where there would be more the key says so little that order decides. */
const MOST_PAIRS = 10_000;

interface Pair {
  one: Copies;
  other: Copies;
  distance: number;
}

/** Pairs lines that have no equal: the most alike first, then in the order of what they say. */
function pairAlone(left: Copies[], right: Copies[]): PairedLines[] {
  const taken = new Set<Copies>();
  const found: PairedLines[] = [];
  const pair = (one: Copies, other: Copies, ambiguous: boolean) => {
    found.push(both("different", one, other, ambiguous));
    taken.add(one).add(other);
  };
  if (left.length * right.length > MOST_PAIRS) {
    right.slice(0, left.length).forEach((other, at) => pair(left[at] ?? other, other, true));
  } else {
    const pairs = byLikeness(left, right);
    const free = ({ one, other }: Pair) => !taken.has(one) && !taken.has(other);
    for (const best of pairs) {
      if (!free(best)) continue;
      const rivals = (each: Pair) =>
        each.distance === best.distance && (each.one === best.one) !== (each.other === best.other) && free(each);
      pair(best.one, best.other, pairs.some(rivals));
    }
  }
  for (const one of left) if (!taken.has(one)) found.push(only("missing", one));
  for (const one of right) if (!taken.has(one)) found.push(only("extra", one));
  return found;
}

/** Every pair there could be, those that differ in the fewest columns first; sorting keeps the order of equals. */
function byLikeness(left: Copies[], right: Copies[]): Pair[] {
  return left
    .flatMap((one) => right.map((other) => ({ one, other, distance: differingPlaces(one.line, other.line).length })))
    .toSorted((a, b) => a.distance - b.distance);
}

function both(kind: "different" | "duplicated", one: Copies, other: Copies, ambiguous: boolean): PairedLines {
  return { kind, left: one.line, right: other.line, copies: { left: one.left, right: other.right }, ambiguous };
}

function only(kind: "missing" | "extra", { line, left, right }: Copies): PairedLines {
  const sides = kind === "missing" ? { left: line, right: null } : { left: null, right: line };
  return { kind, ...sides, copies: { left, right }, ambiguous: false };
}
