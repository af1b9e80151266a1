import type {
  DifferenceKind,
  LineComparison,
  LineDifference,
  LineGroup,
  LineMatch,
  LineValues,
} from "../../schemas/wire/lines.ts";
import { exactOf, exactText, magnitude, type Exact } from "../reconcile/exact.ts";
import { differingPlaces, inOrder, type Line } from "./line.ts";
import type { MatchedLines } from "./match-lines.ts";
import type { PairedLines } from "./pair-lines.ts";

/** The names behind places. */
export interface Columns {
  keyColumns: readonly string[];
  dimensions: readonly string[];
}

/** A difference by the names of its columns. */
export function describeDifference(pair: PairedLines, columns: Columns): LineDifference {
  const { kind, left, right, copies, ambiguous } = pair;
  const names = ["amount", "currency", ...columns.dimensions];
  const places = left && right ? differingPlaces(left, right) : [];
  return {
    ...{ kind, copies, ambiguous },
    key: named(columns.keyColumns, (left ?? right)?.key ?? []),
    left: left && valuesOf(left, columns),
    handedIn: left?.handedIn ? keyed(left.handedIn, columns) : null,
    right: right && valuesOf(right, columns),
    differs: places.map((place) => names[place] ?? ""),
  };
}

export function describeMatch(
  { left, right, ambiguous }: MatchedLines,
  columns: Columns,
  by: (line: Line) => Record<string, string>,
): LineMatch {
  const first = left[0] as Line;
  const told = (line: Line) => keyed(line, columns);
  const sides = `${left.length > 1 ? "N" : "1"}:${right.length > 1 ? "N" : "1"}`;
  return {
    shape: sides === "N:N" ? "N:M" : (sides as LineMatch["shape"]),
    by: by(first),
    currency: first.currency,
    amount: exactText(left.reduce((sum, { amount }) => sum + exactOf(amount), 0n)),
    ...{ left: left.map(told), right: right.map(told), ambiguous },
  };
}

/** How many lines differ in each way, and what that does to the right side's sums. */
export function totalsOf(pairs: readonly PairedLines[]): LineComparison["totals"] {
  const of = (kind: DifferenceKind) => totalOf(pairs.filter((pair) => pair.kind === kind));
  return { missing: of("missing"), extra: of("extra"), different: of("different"), duplicated: of("duplicated") };
}

/** Differing lines by what they say in a column, the largest effect first; a pair that says two things counts at both. */
export function groupsOf(pairs: readonly PairedLines[], valueOf: (line: Line) => string): LineGroup[] {
  const groups = new Map<string, PairedLines[]>();
  const add = (value: string, pair: PairedLines) => groups.set(value, [...(groups.get(value) ?? []), pair]);
  for (const pair of pairs) {
    const { left, right } = pair;
    if (left && right && valueOf(left) !== valueOf(right)) {
      add(valueOf(left), { ...pair, right: null, copies: { ...pair.copies, right: 0 } });
      add(valueOf(right), { ...pair, left: null, copies: { ...pair.copies, left: 0 } });
    } else add(valueOf((left ?? right) as Line), pair);
  }
  const weight = ({ effect }: LineGroup) =>
    effect.reduce((most, { amount }) => (magnitude(exactOf(amount)) > most ? magnitude(exactOf(amount)) : most), 0n);
  return [...groups]
    .map(([value, of]) => ({ value, ...totalOf(of) }))
    .toSorted(
      (a, b) => Number(weight(b) - weight(a) > 0n) - Number(weight(b) - weight(a) < 0n) || inOrder(a.value, b.value),
    );
}

function totalOf(pairs: readonly PairedLines[]): { lines: number; effect: { currency: string; amount: string }[] } {
  const effects = new Map<string, Exact>();
  const add = (line: Line | null, times: number) => {
    if (line) effects.set(line.currency, (effects.get(line.currency) ?? 0n) + exactOf(line.amount) * BigInt(times));
  };
  let lines = 0;
  for (const pair of pairs) {
    const { left, right } = pair.copies;
    lines += pair.kind === "duplicated" ? Math.abs(left - right) : Math.max(left, right);
    add(pair.left, -left);
    add(pair.right, right);
  }
  const sorted = [...effects].toSorted(([a], [b]) => inOrder(a, b));
  return { lines, effect: sorted.map(([currency, amount]) => ({ currency, amount: exactText(amount) })) };
}

function keyed(line: Line, columns: Columns) {
  return { ...valuesOf(line, columns), key: named(columns.keyColumns, line.key) };
}

function valuesOf({ amount, currency, dimensions }: Line, columns: Columns): LineValues {
  return { amount, currency, dimensions: named(columns.dimensions, dimensions) };
}

export function named(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
}
