import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { Measure } from "../../schemas/event/facets.ts";
import type { Total } from "../../schemas/run.ts";
import { bounded, exactOf, type Exact } from "./exact.ts";

export type MeasureName = Measure;
export const MEASURES: readonly MeasureName[] = ["count", "debit", "credit", "net"];

export type Grain = Reconciliation["grain"][number];

/** What a leg adds up to at one place of a grain. Dimensions the grain leaves out are empty. */
export interface Cell {
  ledger: string;
  account: string;
  currency: string;
  /** A measure the leg never reports is absent. */
  amounts: Partial<Record<MeasureName, Exact>>;
}

/**
 * Cells by their place, as `cellKey` writes it. They never change; what was found of them is kept beside them, since many
 * rules look at the same (a weak map of as many would keep the collector of garbage busier than the finding).
 */
export interface Cells extends ReadonlyMap<string, Cell> {
  /** Measures any cell tells, as bits in the order of `MEASURES`. */
  reported?: number;
  /** What they were last held against, in which measures, and whether they were the same. */
  heldAgainst?: { target: Cells; bits: number; same: boolean };
}

/** What an entity's figures are in where a system leaves ledger or currency out. */
export interface Defaults {
  ledger: string;
  currency: string;
}

/** One figure of a leg: the sign turned, ledger and currency filled in. */
export interface Entry {
  ledger: string;
  account: string;
  currency: string;
  measure: MeasureName;
  value: Exact;
}

export function cellKey({ ledger, account, currency }: Pick<Cell, "ledger" | "account" | "currency">): string {
  return `${ledger}\u001f${account}\u001f${currency}`;
}

/** One report as a rule reads it. */
export interface Figures {
  totals: readonly Total[];
  sign: 1 | -1;
  /** What was made of these very totals before; rules that share a leg share it. */
  memo?: CellsMemo;
}

export interface CellsMemo {
  of: readonly Total[];
  tellsAccounts: boolean;
  /** By the currency that stands in where none is told. */
  made: Map<string, MadeCells>;
}

interface MadeCells {
  entries: readonly Entry[];
  /** By the grain's dimensions as bits. */
  byGrain: Cells[];
}

export function cellsMemo(totals: readonly Total[]): CellsMemo {
  return { of: totals, tellsAccounts: tellsAccounts(totals), made: new Map() };
}

/** Which of a grain's dimensions a leg tells apart: one that reports whole entities knows no accounts. */
export function grainOf({ totals, memo }: Figures, wanted: readonly Grain[]): readonly Grain[] {
  const known = memo?.of === totals ? memo.tellsAccounts : tellsAccounts(totals);
  return known ? wanted : wanted.filter((dimension) => dimension !== "account");
}

function tellsAccounts(totals: readonly Total[]): boolean {
  return totals.some((total) => total.account !== "");
}

/** A leg's figures in the canonical sign: with −1 net is negated and debit and credit change places. */
export function entriesOf(totals: readonly Total[], sign: 1 | -1, defaults: Defaults): Entry[] {
  return totals.map((total) => {
    const value = exactOf(total.value);
    const measure = sign === 1 ? total.measure : OPPOSITE[total.measure];
    return {
      ledger: total.ledger || defaults.ledger,
      account: total.account,
      // Counts have no currency of their own.
      currency: total.currency || defaults.currency,
      measure,
      value: sign === -1 && measure === "net" ? -value : value,
    };
  });
}

const OPPOSITE = { debit: "credit", credit: "debit", count: "count", net: "net" } as const;

/** Sums entries up to a grain. Sums that would not fit the store are refused as `FigureMisfit`. */
export function summed(entries: readonly Entry[], grain: readonly Grain[]): Cells {
  const cells = new Map<string, Cell>();
  const [byLedger, byAccount, byCurrency] = (["ledger", "account", "currency"] as const).map((dimension) =>
    grain.includes(dimension),
  );
  for (const entry of entries) {
    const place = {
      ledger: byLedger ? entry.ledger : "",
      account: byAccount ? entry.account : "",
      currency: byCurrency ? entry.currency : "",
    };
    const key = cellKey(place);
    let cell = cells.get(key);
    if (!cell) cells.set(key, (cell = { ...place, amounts: {} }));
    cell.amounts[entry.measure] = (cell.amounts[entry.measure] ?? 0n) + entry.value;
  }
  for (const { amounts } of cells.values()) for (const measure of MEASURES) bounded(amounts[measure] ?? 0n);
  return cells;
}

/** A report's cells at a grain; a memo serves one entity and sign. @throws {FigureMisfit} */
export function cellsOf({ totals, sign, memo }: Figures, grain: readonly Grain[], defaults: Defaults): Cells {
  if (memo?.of !== totals) return summed(entriesOf(totals, sign, defaults), grain);
  let made = memo.made.get(defaults.currency);
  if (!made) {
    made = { entries: entriesOf(totals, sign, defaults), byGrain: [] };
    memo.made.set(defaults.currency, made);
  }
  return (made.byGrain[bitsOf(grain)] ??= summed(made.entries, grain));
}

const BITS: Record<Grain, number> = { entity: 0, ledger: 1, account: 2, currency: 4 };

function bitsOf(grain: readonly Grain[]): number {
  let bits = 0;
  for (const dimension of grain) bits |= BITS[dimension];
  return bits;
}

/** Cells added up place by place, each with a factor of its own. */
export function merged(parts: readonly { cells: Cells; factor: 1 | -1 }[]): Cells {
  const sum = new Map<string, Cell>();
  for (const { cells, factor } of parts) {
    for (const [key, { amounts, ...place }] of cells) {
      const cell = sum.get(key) ?? { ...place, amounts: {} };
      sum.set(key, cell);
      for (const measure of MEASURES) {
        const amount = amounts[measure];
        if (amount !== undefined)
          cell.amounts[measure] = bounded((cell.amounts[measure] ?? 0n) + (factor === 1 ? amount : -amount));
      }
    }
  }
  return sum;
}

/** The figures of one currency over all cells, as a leg shows them. @throws {FigureMisfit} */
export function sumOf(figures: Figures, defaults: Defaults): Cell["amounts"] {
  const cells = cellsOf(figures, ["currency"], defaults);
  return cells.get(cellKey({ ledger: "", account: "", currency: defaults.currency }))?.amounts ?? {};
}
