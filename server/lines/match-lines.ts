import { exactOf, type Exact } from "../reconcile/exact.ts";
import type { Line } from "./line.ts";
import { inLineOrder, valuesText } from "./line.ts";

/** Lines of both sides that add up to the same. */
export interface MatchedLines {
  left: Line[];
  right: Line[];
  /** Whether another choice of lines would have added up as well. */
  ambiguous: boolean;
}

export interface Matched {
  matches: MatchedLines[];
  /** What adds up to nothing on the other side. */
  left: Line[];
  right: Line[];
}

/** Up to this many lines every choice is tried; a choice among more is taken only if it is all of them. */
const MOST_TRIED = 12;

/**
 * Matches lines that say the same in the columns `by` picks, where their amounts add up: single lines first, then all of a
 * group against all, then a single line against some of the others. The order lines come in changes nothing: of several
 * choices the one of fewest lines is taken, then the one first in the order of the lines' texts, and it is flagged.
 */
export function matchLines(left: readonly Line[], right: readonly Line[], by: (line: Line) => string): Matched {
  const groups = groupsOf(left, right, (line) => JSON.stringify([by(line), line.currency]));
  const all: Matched = { matches: [], left: [], right: [] };
  for (const group of groups) {
    const singles = matchSingles(group.left, group.right);
    const sums = matchSums(singles.left, singles.right);
    all.matches.push(...singles.matches, ...sums.matches);
    all.left.push(...sums.left);
    all.right.push(...sums.right);
  }
  return all;
}

/** The same without matching single lines to each other: for lines of one key, which differ if they are not the same. */
export function matchGroups(left: readonly Line[], right: readonly Line[]): Matched {
  const all: Matched = { matches: [], left: [], right: [] };
  for (const group of groupsOf(left, right, ({ currency }) => currency)) {
    const manyOrOne = group.left.length + group.right.length > 2;
    const found = manyOrOne ? matchWhole(group.left, group.right) : null;
    if (found) all.matches.push(found);
    else {
      all.left.push(...group.left);
      all.right.push(...group.right);
    }
  }
  return all;
}

interface Group {
  left: Line[];
  right: Line[];
}

function groupsOf(left: readonly Line[], right: readonly Line[], nameOf: (line: Line) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const [side, lines] of [
    ["left", left],
    ["right", right],
  ] as const) {
    for (const line of lines.toSorted(inLineOrder)) {
      const name = nameOf(line);
      const group = groups.get(name) ?? { left: [], right: [] };
      group[side].push(line);
      groups.set(name, group);
    }
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function matchSingles(left: Line[], right: Line[]): Matched {
  const waiting = new Map<string, Line[]>();
  for (const line of right) waiting.set(line.amount, [...(waiting.get(line.amount) ?? []), line]);
  const times = (lines: Line[], { amount }: Line) => lines.filter((line) => line.amount === amount).length;
  const matches: MatchedLines[] = [];
  const rest: Line[] = [];
  for (const line of left) {
    const other = waiting.get(line.amount)?.shift();
    if (!other) rest.push(line);
    else matches.push({ left: [line], right: [other], ambiguous: times(left, line) > 1 || times(right, line) > 1 });
  }
  const taken = new Set(matches.flatMap((match) => match.right));
  return { matches, left: rest, right: right.filter((line) => !taken.has(line)) };
}

function matchSums(left: Line[], right: Line[]): Matched {
  if (left.length === 0 || right.length === 0) return { matches: [], left, right };
  const whole = matchWhole(left, right);
  if (whole) return { matches: [whole], left: [], right: [] };
  const matches: MatchedLines[] = [];
  const rest = { left: [...left], right: [...right] };
  for (const [single, many] of [
    ["left", "right"],
    ["right", "left"],
  ] as const) {
    for (const line of [...rest[single]]) {
      const choices = choicesOf(line, rest[many]);
      const [chosen] = choices;
      if (!chosen) continue;
      const sides = single === "left" ? { left: [line], right: chosen } : { left: chosen, right: [line] };
      matches.push({ ...sides, ambiguous: choices.length > 1 });
      rest[single] = rest[single].filter((other) => other !== line);
      rest[many] = rest[many].filter((other) => !chosen.includes(other));
    }
  }
  return { matches, ...rest };
}

function matchWhole(left: Line[], right: Line[]): MatchedLines | null {
  if (left.length === 0 || right.length === 0 || sumOf(left) !== sumOf(right)) return null;
  return { left, right, ambiguous: left.length + right.length > MOST_TRIED || canBeSplit(left, right) };
}

/** Whether some of the lines add up without the others. */
function canBeSplit(left: Line[], right: Line[]): boolean {
  const leftSums = subsets(left).map(({ sum }) => sum);
  const whole = sumOf(left);
  const sums = new Set(subsets(right).map(({ sum }) => sum));
  const partly = leftSums.slice(0, -1).some((sum) => sums.has(sum));
  return (
    partly ||
    subsets(right)
      .slice(0, -1)
      .some(({ sum }) => sum === whole)
  );
}

/** Choices of at least two lines that add up to one, fewest first. */
function choicesOf(line: Line, others: Line[]): Line[][] {
  if (others.length > MOST_TRIED) return [];
  const wanted = exactOf(line.amount);
  return subsets(others)
    .filter(({ lines, sum }) => lines.length > 1 && sum === wanted)
    .map(({ lines }) => lines)
    .toSorted((a, b) => a.length - b.length || (textOf(a) < textOf(b) ? -1 : 1));
}

/** Every choice of at least one line; all of them last. */
function subsets(lines: Line[]): { lines: Line[]; sum: Exact }[] {
  let all: { lines: Line[]; sum: Exact }[] = [{ lines: [], sum: 0n }];
  for (const line of lines) {
    const amount = exactOf(line.amount);
    all = [...all, ...all.map((some) => ({ lines: [...some.lines, line], sum: some.sum + amount }))];
  }
  return all.slice(1);
}

function sumOf(lines: Line[]): Exact {
  return lines.reduce((sum, { amount }) => sum + exactOf(amount), 0n);
}

function textOf(lines: Line[]): string {
  return JSON.stringify(lines.map((line) => [line.key, valuesText(line)]));
}
