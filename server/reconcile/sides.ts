import type { Reconciliation } from "../../schemas/estate/flow.ts";
import {
  cellsOf,
  entriesOf,
  grainOf,
  merged,
  summed,
  type Cell,
  type Cells,
  type Defaults,
  type Entry,
  type Figures,
  type Grain,
} from "./cells.ts";
import { compare, type Comparing, type Comparison } from "./compare.ts";
import { exactOf, type Exact } from "./exact.ts";
import { minorDigits } from "./money.ts";
import { currencyAt, stagesBetween, transformed, type Stage, type Terms, type Transformed } from "./transform.ts";

/** Two legs made comparable: the source as it should arrive, the target as it is, at the grain both know. */
export interface Sides {
  source: Cells;
  target: Cells;
  grain: readonly Grain[];
  stages: Stage[];
  /** The target's own currency. */
  currency: string;
  /** The source's entries before and what was declared to happen to them; null where nothing is declared. */
  way: { before: Entry[]; done: Transformed } | null;
}

/** What comparing a rule's legs needs beside their figures. */
export interface Ground {
  rule: Reconciliation;
  legs: readonly Figures[];
  ledger: string;
  terms: Terms;
}

/** Brings the leg `from` to the leg `to` by everything declared in between. @throws {FigureMisfit} */
export function sidesOf(ground: Ground, from: number, to: number): Sides {
  const { rule, legs, terms } = ground;
  const [source, target] = [legs[from]!, legs[to]!];
  const grain = grainOf(target, grainOf(source, rule.grain));
  const defaults = defaultsAt(ground, from);
  const currency = currencyAt(rule, to, terms);
  const stages = stagesBetween(rule, from, to, terms.mapping);
  const arrived = cellsOf(target, grain, defaultsAt(ground, to));
  if (stages.length === 0) {
    const cells = cellsOf(source, grain, defaults);
    return { source: cells, target: arrived, grain, stages, currency, way: null };
  }
  const before = entriesOf(source.totals, source.sign, defaults);
  const done = transformed(before, stages, terms);
  return { source: summed(done.entries, grain), target: arrived, grain, stages, currency, way: { before, done } };
}

/**
 * A rule whose legs do not follow each other: a sum's parts together against its first leg, or what a budget's first leg
 * leaves after those between against its last. @throws {FigureMisfit}
 */
export function balanceOf(ground: Ground): Sides {
  const { rule, legs, terms } = ground;
  const told = legs.filter(({ totals }) => totals.length > 0);
  const grain = told.reduce<readonly Grain[]>((known, leg) => grainOf(leg, known), rule.grain);
  const parts = legs.map((leg, at) => cellsOf(leg, grain, defaultsAt(ground, at)));
  const [first, ...others] = parts;
  const last = parts.at(-1)!;
  const counted = (cells: readonly Cells[], factor: 1 | -1) => cells.map((each) => ({ cells: each, factor }));
  const [source, target] =
    rule.kind === "sum"
      ? [first!, merged(counted(others, 1))]
      : [merged([{ cells: first!, factor: 1 }, ...counted(parts.slice(1, -1), -1)]), last];
  return { source, target, grain, stages: [], currency: currencyAt(rule, legs.length - 1, terms), way: null };
}

export function compareSides(rule: Reconciliation, sides: Sides): Comparison {
  const comparing: Comparing = { measures: rule.measures, tolerance: rule.tolerance, currency: sides.currency };
  if (sides.stages.some(({ kind }) => kind === "translate")) comparing.allowance = rounding;
  return compare(sides.source, sides.target, comparing);
}

export function defaultsAt({ rule, ledger, terms }: Ground, leg: number): Defaults {
  return { ledger, currency: currencyAt(rule, leg, terms) };
}

/** Rounding each row to its currency's minor unit may make half a unit of each. */
export function rounding({ currency, amounts }: Cell): Exact {
  const rows = (amounts.count ?? 0n) / exactOf("1");
  const half = exactOf("0.5") / 10n ** BigInt(minorDigits(currency));
  return half * (rows > 1n ? rows : 1n);
}
