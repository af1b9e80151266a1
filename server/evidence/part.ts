import type { Scope as Right } from "../context.ts";
import type { AnyRows } from "../store/evidence.ts";

/** How a column's values are written in sheets; all are text in CSV and NDJSON. */
export type ColumnKind = "text" | "amount" | "instant";

/** One kind of evidence in a pack, as a declared value; listed once in `parts/index.ts`. */
export interface EvidencePart {
  /** The name of its folder and files. */
  name: string;
  title: string;
  /** What it is evidence of, in a sentence. */
  about: string;
  /** What the asker must be allowed to; without it the part is left out and the manifest says so. */
  needs: Right;
  rows: AnyRows;
  /** Columns in the order they are written, by the name the question gives them. */
  columns: Readonly<Record<string, ColumnKind>>;
  /** Columns too long for a sheet's cell: only in NDJSON. */
  long?: readonly string[];
  /** What the rows add up to, so that a missing row shows without any hash. */
  sums?: { column: string; by: readonly string[] };
}

export function defineEvidencePart(part: EvidencePart): EvidencePart {
  return part;
}

/** Columns that are plain text. */
export function texts(...names: string[]): Record<string, ColumnKind> {
  return Object.fromEntries(names.map((name) => [name, "text" as const]));
}
