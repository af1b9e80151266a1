import * as z from "zod";

/** An instant on the wire: ISO 8601 in UTC with milliseconds, `2026-11-04T13:20:00.000Z`. */
export const Instant = z.iso.datetime({ precision: 3 });
export type Instant = z.infer<typeof Instant>;

/** A fiscal period's key as the estate writes it: year and period number, `2026-10`; adjustment periods go past 12. */
export const PeriodKey = z.string().regex(/^\d{4}-\d{2}$/, "expected a period as YYYY-PP, for example 2026-10");
export type PeriodKey = z.infer<typeof PeriodKey>;

/** Money and counts travel as decimal strings, never as floating point. At most 38 digits, 12 after the point. */
export const DecimalString = z
  .string()
  .regex(/^-?\d{1,26}(\.\d{1,12})?$/, 'expected a decimal number as text, for example "-22231.55"');
export type DecimalString = z.infer<typeof DecimalString>;
