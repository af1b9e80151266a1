import type { RunException } from "../../schemas/event/facets.ts";
import { summed, type Cell, type Cells, type Entry, type Grain, type MeasureName } from "./cells.ts";
import type { OffCell } from "./compare.ts";
import { exactOf, magnitude, type Exact } from "./exact.ts";
import { exceptionsFor } from "./legs.ts";
import { balanceOf, sidesOf, type Sides } from "./sides.ts";
import type { JudgedRule } from "./tie-line.ts";

/** One measure of one cell at one hop: source + transform − rejected − filtered − in flight − target = unexplained. */
export interface Equation extends Pick<Cell, "ledger" | "account" | "currency"> {
  measure: MeasureName;
  /** Null where a side says nothing of it. */
  source: Exact | null;
  transform: Exact;
  rejected: Exact;
  filtered: Exact;
  inFlight: Exact;
  target: Exact | null;
  unexplained: Exact;
  /** Target − what the source and everything declared make it. */
  difference: Exact;
  verdict: "tied" | "tolerated" | "off" | "flight" | "not-comparable";
}

/** Both sides of a hop as they were compared; null for what nothing is compared with. @throws {FigureMisfit} */
export function sidesAt({ judging, hops }: JudgedRule, at: number): Sides | null {
  if (at === 0 || !hops[at]?.comparison) return null;
  if (judging.rule.kind !== "flow") return at === judging.legs.length - 1 ? balanceOf(judging) : null;
  return sidesOf(judging, hops[at].cause === "sum-of-tolerated" ? 0 : at - 1, at);
}

/** Every measure of every cell of a hop, in the order of their keys; nothing for a hop that was not compared. */
export function equationsOf(judged: JudgedRule, at: number): Equation[] {
  const sides = sidesAt(judged, at);
  const comparison = judged.hops[at]?.comparison;
  if (!sides || !comparison) return [];
  const off = new Map(comparison.off.map((cell) => [cell.key, cell]));
  const { before, filtered } = beforeOf(sides);
  const leg = judged.judging.legs[at]!;
  const refused = exceptionsFor(leg.run, leg.totals[0]?.entity ?? "", judged.judging.terms.period);
  const rejected = rejectedAmounts(refused, sides, comparison.off);
  const keys = new Set([...before.keys(), ...sides.source.keys(), ...sides.target.keys()]);
  return [...keys].sort().flatMap((key) =>
    comparison.shared.flatMap((measure): Equation[] => {
      const start = before.get(key)?.amounts[measure] ?? null;
      const kept = filtered.get(key)?.amounts[measure] ?? 0n;
      const expected = sides.source.get(key)?.amounts[measure];
      const target = sides.target.get(key)?.amounts[measure] ?? null;
      if (start === null && expected === undefined && target === null) return [];
      const { ledger, account, currency } = (before.get(key) ?? sides.source.get(key) ?? sides.target.get(key))!;
      const difference = (target ?? 0n) - (expected ?? 0n);
      const refusedHere = rejected.get(key)?.[measure] ?? 0n;
      const left = -difference - refusedHere;
      const verdict = verdictOf(judged, at, difference, off.get(key)?.measures.includes(measure) ?? false);
      const inFlight = verdict === "flight" ? left : 0n;
      return [
        {
          ...{
            ledger,
            account,
            currency,
            measure,
            source: start,
            filtered: kept,
            target,
            difference,
            verdict,
            inFlight,
          },
          transform: (expected ?? 0n) - ((start ?? 0n) - kept),
          rejected: refusedHere,
          unexplained: left - inFlight,
        },
      ];
    }),
  );
}

function verdictOf({ hops }: JudgedRule, at: number, difference: Exact, isOff: boolean): Equation["verdict"] {
  if (!isOff) return difference === 0n ? "tied" : "tolerated";
  const { state } = hops[at]!;
  if (state === "flight") return "flight";
  return state === "unknown" ? "not-comparable" : "off";
}

/** The source before anything declared happened to it, and what of it a filter keeps back, at the hop's grain. */
function beforeOf({ source, way, grain }: Sides): { before: Cells; filtered: Cells } {
  if (!way) return { before: source, filtered: new Map() };
  const at = (entries: readonly Entry[], of: readonly Grain[]) => summed(entries, of);
  return { before: at(way.before, grain), filtered: at(way.done.filtered, grain) };
}

/**
 * Amounts a target says it refused, at the cell they belong to: that of the account named, else the only cell that is
 * off in their currency. Vendors tell amounts without their sign, so that of the gap is taken.
 */
export function rejectedAmounts(
  refused: readonly RunException[],
  sides: Sides,
  off: readonly OffCell[],
): Map<string, Cell["amounts"]> {
  const rejected = new Map<string, Cell["amounts"]>();
  for (const exception of refused) {
    const cell = refusedCell(exception, sides, off);
    if (!cell) continue;
    const sum = rejected.get(cell.key) ?? {};
    const gap = (measure: MeasureName) => (cell.from[measure] ?? 0n) - (cell.to[measure] ?? 0n) - (sum[measure] ?? 0n);
    if (exception.count !== undefined) sum.count = (sum.count ?? 0n) + exactOf(String(exception.count));
    if (exception.amount !== undefined) {
      const told = exactOf(exception.amount);
      const net = gap("net") < 0n ? -magnitude(told) : told;
      // Only a net is told: the gross side is known where it is that very amount.
      for (const [side, amount] of [
        ["debit", net],
        ["credit", -net],
      ] as const) {
        if (amount > 0n && gap(side) === amount) sum[side] = (sum[side] ?? 0n) + amount;
      }
      sum.net = (sum.net ?? 0n) + net;
    }
    rejected.set(cell.key, sum);
  }
  return rejected;
}

/** The cell that is off because of what was refused; null where that cannot be told. */
export function refusedCell(exception: RunException, sides: Sides, off: readonly OffCell[]): OffCell | null {
  const currency = exception.currency ?? sides.currency;
  const here = off.filter((cell) => cell.currency === "" || cell.currency === currency);
  if (exception.dimension?.toLowerCase() === "account" && exception.member !== undefined) {
    const named = here.find(({ account }) => account === exception.member);
    if (named) return named;
  }
  return here.length === 1 ? here[0]! : null;
}
