import Big from "big.js";
import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { Measure } from "../../schemas/event/facets.ts";
import type { Total } from "../../schemas/run.ts";

export type MeasureName = Measure;
export const MEASURES: readonly MeasureName[] = ["count", "debit", "credit", "net"];

/** What one leg adds up to at a grain: grain key → measure → value. A measure the leg never reports is absent. */
export type Cells = Map<string, Partial<Record<MeasureName, Big>>>;

type Grain = Reconciliation["grain"][number];

/** What an entity's figures are in where a system leaves ledger or currency out. */
export interface Defaults {
  ledger: string;
  currency: string;
}

/** Which of a grain's dimensions a leg tells apart: one that reports whole entities knows no accounts. */
export function grainOf(totals: readonly Total[], wanted: readonly Grain[]): Grain[] {
  return wanted.filter((dimension) => dimension !== "account" || totals.some((total) => total.account !== ""));
}

/** Sums totals up to a grain, turning the sign (and with it the sides) of a leg that carries figures the other way. */
export function cellsOf(totals: readonly Total[], grain: readonly Grain[], sign: 1 | -1, defaults: Defaults): Cells {
  const cells: Cells = new Map();
  for (const total of totals) {
    const key = grain.map((dimension) => memberOf(total, dimension, defaults)).join("\u001f");
    const cell = cells.get(key) ?? {};
    const { measure, value } = turned(total, sign);
    cell[measure] = (cell[measure] ?? Big(0)).plus(value);
    cells.set(key, cell);
  }
  return cells;
}

/** The figures of one currency over all cells, as a leg shows them. */
export function sumOf(totals: readonly Total[], sign: 1 | -1, defaults: Defaults): Partial<Record<MeasureName, Big>> {
  const own = totals.filter((total) => (total.currency || defaults.currency) === defaults.currency);
  return cellsOf(own, [], sign, defaults).get("") ?? {};
}

function memberOf(total: Total, dimension: Grain, defaults: Defaults): string {
  if (dimension === "ledger") return total.ledger || defaults.ledger;
  // Counts have no currency of their own.
  if (dimension === "currency") return total.currency || defaults.currency;
  return total[dimension];
}

const OPPOSITE = { debit: "credit", credit: "debit", count: "count", net: "net" } as const;

function turned(total: Total, sign: 1 | -1): { measure: MeasureName; value: Big } {
  const value = Big(total.value);
  if (sign === 1) return { measure: total.measure, value };
  return { measure: OPPOSITE[total.measure], value: total.measure === "net" ? value.neg() : value };
}
