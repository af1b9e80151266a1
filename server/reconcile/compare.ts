import type { Tolerance } from "../../schemas/estate/flow.ts";
import { MEASURES, type Cell, type Cells, type MeasureName } from "./cells.ts";
import { exactOf, magnitude, type Exact } from "./exact.ts";

/** A cell that does not tie: what each side makes it, and in which measures they part. */
export interface OffCell extends Pick<Cell, "ledger" | "account" | "currency"> {
  key: string;
  measures: MeasureName[];
  from: Cell["amounts"];
  to: Cell["amounts"];
  /** Both sides say the same of it: it is below zero where a budget leaves at least nothing. */
  overdrawn?: true;
}

export interface Comparison {
  /** Whether every cell of every measure both sides report is within tolerance; null when they share no measure. */
  ties: boolean | null;
  /** Measures both sides report. */
  shared: MeasureName[];
  /** Measures that do not tie. */
  measures: MeasureName[];
  /** Target − source in the currency asked for, counts over all cells. */
  difference: Cell["amounts"];
  /** Turning the target's sign would make the net tie. */
  signTurned: boolean;
  off: OffCell[];
  /** What was tolerated, added up without signs over all cells and the measure with most of it; 0 when all is equal. */
  tolerated: Exact;
  /** More was tolerated than may be. */
  overCap: boolean;
}

export interface Comparing {
  measures: readonly MeasureName[];
  tolerance: Tolerance;
  /** The currency `difference` is told in. */
  currency: string;
  /** What rounding alone may make of a cell, for translated figures. */
  allowance?: (cell: Cell) => Exact;
}

/**
 * Compares two adjacent legs cell by cell. A cell only one side has breaks even within tolerance, counts must be
 * exact, and where the source is zero only the absolute bound applies.
 */
export function compare(source: Cells, target: Cells, comparing: Comparing): Comparison {
  const bits = reportedIn(source) & reportedIn(target) & bitsOf(comparing.measures);
  const shared = SHARED[bits]!;
  if (bits > 0 && identical(source, target, bits)) return NOTHING_OFF[bits]!;
  const bounds = boundsOf(comparing.tolerance);
  const tally: Tally = { difference: {}, tolerated: {}, off: new Map(), signTurned: shared.includes("net") };
  for (const measure of shared) tally.difference[measure] = 0n;
  for (const [key, cell] of source) weigh(tally, shared, key, cell, target.get(key), comparing, bounds);
  for (const [key, cell] of target) if (!source.has(key)) weigh(tally, shared, key, undefined, cell, comparing, bounds);
  const off = [...tally.off.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
  const measures = shared.filter((measure) => off.some((cell) => cell.measures.includes(measure)));
  const tolerated = MEASURES.reduce((most, measure) => larger(most, tally.tolerated[measure] ?? 0n), 0n);
  const overCap = bounds.cap !== null && tolerated > bounds.cap;
  return {
    ties: shared.length === 0 ? null : off.length === 0 && !overCap,
    ...{ shared, measures, off, tolerated, overCap },
    difference: tally.difference,
    signTurned: tally.signTurned && measures.includes("net"),
  };
}

/** Measures as bits, in their order; the lists of measures and the comparisons where nothing is off, by those bits. */
const SHARED = Array.from({ length: 2 ** MEASURES.length }, (_, bits) =>
  MEASURES.filter((_measure, at) => (bits & (1 << at)) > 0),
);
const NOTHING_OFF = SHARED.map((shared): Comparison => {
  const difference = Object.freeze(Object.fromEntries(shared.map((measure) => [measure, 0n])));
  const none = Object.freeze<never[]>([]) as never[];
  return Object.freeze({
    ...{ ties: true, shared, measures: none, difference, signTurned: false, off: none, tolerated: 0n, overCap: false },
  });
});

const bitsKnown = new WeakMap<readonly MeasureName[], number>();

function bitsOf(measures: readonly MeasureName[]): number {
  let bits = bitsKnown.get(measures);
  if (bits === undefined) {
    bits = MEASURES.reduce((sum, measure, at) => (measures.includes(measure) ? sum | (1 << at) : sum), 0);
    bitsKnown.set(measures, bits);
  }
  return bits;
}

function reportedIn(cells: Cells): number {
  if (cells.reported === undefined) {
    let bits = 0;
    for (const { amounts } of cells.values())
      for (let at = 0; at < MEASURES.length; at++) if (amounts[MEASURES[at]!] !== undefined) bits |= 1 << at;
    cells.reported = bits;
  }
  return cells.reported;
}

/** Most legs simply tie, and that is told without weighing anything; rules that share both legs find it told before. */
function identical(source: Cells, target: Cells, bits: number): boolean {
  const last = source.heldAgainst;
  if (last?.target === target && last.bits === bits) return last.same;
  const same = source.size === target.size && allAlike(source, target, SHARED[bits]!);
  source.heldAgainst = { target, bits, same };
  return same;
}

function allAlike(source: Cells, target: Cells, shared: readonly MeasureName[]): boolean {
  for (const [key, { amounts }] of source) {
    const other = target.get(key)?.amounts;
    if (!other) return false;
    for (const measure of shared) if (amounts[measure] !== other[measure]) return false;
  }
  return true;
}

interface Tally {
  difference: Cell["amounts"];
  tolerated: Cell["amounts"];
  off: Map<string, OffCell>;
  signTurned: boolean;
}

function weigh(
  tally: Tally,
  shared: readonly MeasureName[],
  key: string,
  source: Cell | undefined,
  target: Cell | undefined,
  comparing: Comparing,
  bounds: Bounds,
): void {
  for (const measure of shared) {
    const from = source?.amounts[measure];
    const to = target?.amounts[measure];
    if (from === to && (measure !== "net" || !from)) continue;
    const delta = (to ?? 0n) - (from ?? 0n);
    const cell = (source ?? target)!;
    if (measure === "net" && tally.signTurned) {
      tally.signTurned = from !== undefined && to !== undefined && within(from + to, from, measure, bounds);
    }
    if (delta === 0n) continue;
    if (measure === "count" || cell.currency === "" || cell.currency === comparing.currency) {
      tally.difference[measure]! += delta;
    }
    const oneSided = (from === undefined) !== (to === undefined);
    if (!oneSided && within(delta, from ?? 0n, measure, bounds, comparing.allowance?.(source!) ?? 0n)) {
      tally.tolerated[measure] = (tally.tolerated[measure] ?? 0n) + magnitude(delta);
      continue;
    }
    const off = tally.off.get(key);
    if (off) off.measures.push(measure);
    else {
      const { ledger, account, currency } = cell;
      const sides = { from: source?.amounts ?? {}, to: target?.amounts ?? {} };
      tally.off.set(key, { key, ledger, account, currency, measures: [measure], ...sides });
    }
  }
}

interface Bounds {
  absolute: Exact;
  percent: Exact;
  every: boolean;
  cap: Exact | null;
}

const known = new WeakMap<Tolerance, Bounds>();

function boundsOf(tolerance: Tolerance): Bounds {
  let bounds = known.get(tolerance);
  if (!bounds) {
    bounds = {
      absolute: exactOf(tolerance.absolute),
      percent: exactOf(tolerance.percent),
      every: tolerance.combine === "and",
      cap: tolerance.cap === undefined ? null : exactOf(tolerance.cap),
    };
    known.set(tolerance, bounds);
  }
  return bounds;
}

const HUNDRED_PERCENT = exactOf("100");

/** A bound of zero is no bound while the other is set; with neither, only equality is allowed. */
function within(delta: Exact, base: Exact, measure: MeasureName, bounds: Bounds, allowance: Exact = 0n): boolean {
  if (delta === 0n) return true;
  if (measure === "count") return false;
  const off = magnitude(delta);
  if (off <= allowance) return true;
  const judged: boolean[] = [];
  if (bounds.absolute > 0n) judged.push(off <= bounds.absolute);
  if (bounds.percent > 0n && base !== 0n) judged.push(off * HUNDRED_PERCENT <= bounds.percent * magnitude(base));
  if (judged.length === 0) return false;
  return bounds.every ? judged.every(Boolean) : judged.some(Boolean);
}

function larger(one: Exact, other: Exact): Exact {
  return one > other ? one : other;
}
