import Big from "big.js";
import type { Tolerance } from "../../schemas/estate/flow.ts";
import { MEASURES, type Cells, type MeasureName } from "./cells.ts";

export interface Comparison {
  /** Whether every cell of every measure both sides report is within tolerance; null when they share no measure. */
  ties: boolean | null;
  /** Measures that do not tie. */
  measures: MeasureName[];
  /** Target − source over all cells, for the measures both sides report. */
  difference: Partial<Record<MeasureName, Big>>;
  /** Turning the target's sign would make the net tie. */
  signTurned: boolean;
}

/**
 * Compares two adjacent legs cell by cell. A cell only one side has breaks even within tolerance, counts must be
 * exact, and where the source is zero only the absolute bound applies.
 */
export function compare(
  source: Cells,
  target: Cells,
  wanted: readonly MeasureName[],
  tolerance: Tolerance,
): Comparison {
  const shared = MEASURES.filter(
    (measure) => wanted.includes(measure) && reports(source, measure) && reports(target, measure),
  );
  const keys = new Set([...source.keys(), ...target.keys()]);
  const off = new Set<MeasureName>();
  const difference: Comparison["difference"] = {};
  let signTurned = shared.includes("net");
  for (const measure of shared) {
    let sum = Big(0);
    for (const key of keys) {
      const from = source.get(key)?.[measure];
      const to = target.get(key)?.[measure];
      const delta = (to ?? Big(0)).minus(from ?? 0);
      sum = sum.plus(delta);
      const oneSided = (from === undefined) !== (to === undefined) && !delta.eq(0);
      if (oneSided || !within(delta, from ?? Big(0), measure, tolerance)) off.add(measure);
      if (measure === "net" && !turns(from, to, tolerance)) signTurned = false;
    }
    difference[measure] = sum;
  }
  return {
    ties: shared.length === 0 ? null : off.size === 0,
    measures: [...off],
    difference,
    signTurned: signTurned && off.has("net"),
  };
}

/** A bound of zero is no bound while the other is set; with neither, only equality is allowed. */
function within(delta: Big, base: Big, measure: MeasureName, tolerance: Tolerance): boolean {
  if (delta.eq(0)) return true;
  if (measure === "count") return false;
  const absolute = Big(tolerance.absolute);
  const percent = Big(tolerance.percent);
  const bounds: boolean[] = [];
  if (absolute.gt(0)) bounds.push(delta.abs().lte(absolute));
  if (percent.gt(0) && !base.eq(0)) bounds.push(delta.abs().times(100).lte(percent.times(base.abs())));
  if (bounds.length === 0) return false;
  return tolerance.combine === "and" ? bounds.every(Boolean) : bounds.some(Boolean);
}

function turns(from: Big | undefined, to: Big | undefined, tolerance: Tolerance): boolean {
  if (from === undefined || to === undefined) return false;
  return within(from.plus(to), from, "net", tolerance);
}

function reports(cells: Cells, measure: MeasureName): boolean {
  for (const cell of cells.values()) if (cell[measure] !== undefined) return true;
  return false;
}
