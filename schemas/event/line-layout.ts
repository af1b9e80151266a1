import * as z from "zod";

const Column = z.string().min(1).max(200);
/** What a column is called on every side → what it is called in this file. */
const Columns = z.record(z.string().regex(/^[A-Za-z_][\w. -]{0,99}$/, "expected a plain column name"), Column);

/** How a file of lines is to be read: which columns mean what, and how amounts are written. */
export const LineLayout = z.strictObject({
  /** The columns that tell a line from all others, the same names on both sides of a comparison. */
  key: Columns.refine((columns) => Object.keys(columns).length > 0, "expected at least one key column"),
  amount: Column.default("amount"),
  /** The column with the ISO 4217 code. */
  currency: Column.default("currency"),
  /** The code of all lines, where the file has no such column. */
  currencyIs: z.string().length(3).optional(),
  /** What else is compared. */
  dimensions: Columns.default({}),
  delimiter: z.enum([",", ";", "|", "\t"]).default(","),
  encoding: z.enum(["utf-8", "windows-1252", "utf-16le"]).default("utf-8"),
  decimal: z.enum([".", ","]).default("."),
  /** Between thousands; empty where amounts have none. */
  group: z.enum(["", ",", ".", " ", "'"]).default(""),
  /** How amounts below zero are written, besides a leading minus. */
  negative: z.enum(["minus", "trailing", "parentheses"]).default("minus"),
});
export type LineLayout = z.infer<typeof LineLayout>;
