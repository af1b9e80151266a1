import type { LineColumns, Restating } from "./restate-lines.ts";

/** Loads of one side, and how their rows are read. */
export interface ComparedSide {
  loads: readonly string[];
  rows: number;
  /** The names of its rows' dimensions, in their order. */
  dimensions: readonly string[];
  /** −1 where amounts mean the opposite. */
  sign: 1 | -1;
  /** What is declared to happen to its lines before they are compared. */
  restating?: (LineColumns & { declared: Restating }) | null;
}
