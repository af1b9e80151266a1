import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";

const Amount = z.object({ currency: z.string(), amount: z.string() });

/**
 * loaded: every row was read · flawed: some rows could not be read and are kept beside it · quarantined: what came is not
 * what was declared, and none of it is compared.
 */
export const ExtractState = z.enum(["loaded", "flawed", "quarantined"]);
export type ExtractState = z.infer<typeof ExtractState>;

/** A file of lines of one dataset for one entity, period and version as a run handed it in. Loads are never overwritten. */
export const LineExtract = z.object({
  /** The same file sent again for the same run answers with the same id. */
  id: z.string(),
  dataset: z.string(),
  datasetTitle: z.string(),
  entity: z.string(),
  period: PeriodKey,
  version: z.string(),
  runId: z.string(),
  /** This file among those the run hands in, from 1. */
  part: z.int(),
  parts: z.int(),
  format: z.enum(["csv", "ndjson", "parquet"]),
  sha256: z.string(),
  receivedAt: Instant,
  state: ExtractState,
  /** What was off, in a sentence; empty where nothing was. */
  reason: z.string(),
  /** Rows read, without those that could not be. */
  rows: z.int(),
  flaws: z.int(),
  sums: z.array(Amount),
  keyColumns: z.array(z.string()),
  /** Besides amount and currency, in the order of their names. */
  dimensions: z.array(z.string()),
  /** What the rows were held against: `row count`, `checksum`, `sums`, and `control totals of the run`. */
  verified: z.array(z.string()),
});
export type LineExtract = z.infer<typeof LineExtract>;

/** A row that could not be read, as it came. */
export const LineFlaw = z.object({
  /** The row in the file, the first row of data being 1. */
  row: z.int(),
  column: z.string(),
  reason: z.string(),
  /** Its columns as text, by name. */
  fields: z.record(z.string(), z.string()),
});
export type LineFlaw = z.infer<typeof LineFlaw>;

/** One part of an extract with the rows that could not be read, first ones first. */
export const LineExtractDetail = z.object({ extract: LineExtract, flaws: z.array(LineFlaw), more: z.boolean() });
export type LineExtractDetail = z.infer<typeof LineExtractDetail>;

export const LineExtractPage = z.object({ extracts: z.array(LineExtract), more: z.boolean() });
export type LineExtractPage = z.infer<typeof LineExtractPage>;

/** A file of which something could not be used, and the one that came in its place since. */
export const RefusedExtract = LineExtract.extend({ supersededBy: z.string().nullable() });
export type RefusedExtract = z.infer<typeof RefusedExtract>;

export const RefusedExtractPage = z.object({ extracts: z.array(RefusedExtract), more: z.boolean() });
export type RefusedExtractPage = z.infer<typeof RefusedExtractPage>;

/** What a line says, as both sides are compared by it. */
export const LineValues = z.object({
  amount: z.string(),
  currency: z.string(),
  dimensions: z.record(z.string(), z.string()),
});
export type LineValues = z.infer<typeof LineValues>;

/** missing: left has it, right does not · extra: only right has it · different: both have it and say something else · duplicated: both have it, one side more often. */
export const DifferenceKind = z.enum(["missing", "extra", "different", "duplicated"]);
export type DifferenceKind = z.infer<typeof DifferenceKind>;

const KeyedLine = LineValues.extend({ key: z.record(z.string(), z.string()) });

export const LineDifference = z.object({
  kind: DifferenceKind,
  /** The line's key by column name. */
  key: z.record(z.string(), z.string()),
  /** As it should arrive by what the rule declares. */
  left: LineValues.nullable(),
  /** The left line as it was handed in, where the rule's mappings or rates made something else of it. */
  handedIn: KeyedLine.nullable(),
  right: LineValues.nullable(),
  /** Columns in which the two differ: `amount`, `currency` or the name of a dimension; empty unless different. */
  differs: z.array(z.string()),
  /** How often each side has this very line. */
  copies: z.object({ left: z.int(), right: z.int() }),
  /** Whether another pairing of lines under the same key was as good. */
  ambiguous: z.boolean(),
});
export type LineDifference = z.infer<typeof LineDifference>;

/** Lines that add up to each other though they are not the same lines. */
export const LineMatch = z.object({
  shape: z.enum(["1:1", "1:N", "N:1", "N:M"]),
  /** The declared columns they share, by name. */
  by: z.record(z.string(), z.string()),
  currency: z.string(),
  amount: z.string(),
  left: z.array(KeyedLine),
  right: z.array(KeyedLine),
  /** Whether another choice of lines would have added up as well. */
  ambiguous: z.boolean(),
});
export type LineMatch = z.infer<typeof LineMatch>;

/** One side of a comparison: every part of the latest run that handed all of them in. */
export const LineSide = z.object({
  dataset: z.string(),
  datasetTitle: z.string(),
  runId: z.string(),
  /** When its run took its snapshot; two sides of different snapshots may differ by what is on its way. */
  asOf: Instant,
  receivedAt: Instant,
  extracts: z.array(z.string()),
  rows: z.int(),
  /** Rows that could not be read and are therefore missing here. */
  flaws: z.int(),
  sums: z.array(Amount),
});
export type LineSide = z.infer<typeof LineSide>;

const KindTotal = z.object({
  lines: z.int(),
  /** Right − left, by currency. */
  effect: z.array(Amount),
});

/** Differing lines that say the same in one column. */
export const LineGroup = KindTotal.extend({ value: z.string() });
export type LineGroup = z.infer<typeof LineGroup>;

/** What a rule declares to happen to the left's lines before they are compared. */
export const LinesDeclared = z.object({
  mappings: z.array(z.string()),
  /** The currency amounts are translated to; null where they are not. */
  translatedTo: z.string().nullable(),
  /** Rates no one declared, as `closing USD → EUR`: lines that need one keep their own amount and currency. */
  missingRates: z.array(z.string()),
  /** What filters keep back, by currency. */
  filtered: z.array(Amount.extend({ lines: z.int() })),
});
export type LinesDeclared = z.infer<typeof LinesDeclared>;

/** Two extracts side by side: the lines that differ, and how they were found. */
export const LineComparison = z.object({
  entity: z.string(),
  period: PeriodKey,
  version: z.string(),
  left: LineSide,
  right: LineSide,
  /** Datasets between the two that handed no lines in, in the order figures pass them; lines of the last before them stand for theirs. */
  passed: z.array(z.object({ dataset: z.string(), datasetTitle: z.string() })),
  keyColumns: z.array(z.string()),
  /** What is compared besides the key, in the order to show it: amount, currency, then dimensions. */
  columns: z.array(z.string()),
  /** What the rule does to the left before it is compared; null where that is nothing. */
  declared: LinesDeclared.nullable(),
  /** Of all lines that differ within `where`, whatever kind is listed. */
  totals: z.object({ missing: KindTotal, extra: KindTotal, different: KindTotal, duplicated: KindTotal }),
  /** The columns lines were narrowed by; one they do not have is left out. */
  where: z.record(z.string(), z.string()),
  /** The lines of `totals` by the column asked for, the largest effect first; the first 500 values. */
  groups: z.array(LineGroup),
  /** In the order of their keys, from `offset` on. */
  differences: z.array(LineDifference),
  /** How many there are of the kinds and columns asked for, on all pages. */
  count: z.object({ differences: z.int(), matches: z.int() }),
  offset: z.int(),
  more: z.boolean(),
  /** From `offset` on, as the differences are. */
  matches: z.array(LineMatch),
  /** Whether there are more differing lines than are listed and totalled: the first 50,000 are. */
  capped: z.boolean(),
  how: z.object({
    /** buckets: only the rows of differing hash buckets were read; full: every row was. */
    method: z.enum(["buckets", "full"]),
    /** Why every row was read; empty where that was not needed. */
    because: z.string(),
    buckets: z.int(),
    bucketsDirty: z.int(),
    /** Rows of both sides that were read to find the differences. */
    rowsFetched: z.int(),
    rowsTotal: z.int(),
    milliseconds: z.int(),
  }),
});
export type LineComparison = z.infer<typeof LineComparison>;

/** A hop whose lines cannot be laid side by side, because a side handed none in. */
export const LinesAbsent = z.object({
  entity: z.string(),
  period: PeriodKey,
  /** The side without lines: the one before the hop, with none before it either, or the one it leads to. */
  absent: z.object({ dataset: z.string(), datasetTitle: z.string() }),
  /** In a sentence. */
  reason: z.string(),
});
export type LinesAbsent = z.infer<typeof LinesAbsent>;
