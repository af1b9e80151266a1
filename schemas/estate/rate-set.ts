import * as z from "zod";
import { DecimalString, PeriodKey } from "../instant.ts";

/** Which of a period's rates: P&L is translated at the average, the balance sheet at closing, equity at historical rates. */
export const RateKind = z.enum(["average", "closing", "historical"]);
export type RateKind = z.infer<typeof RateKind>;

/** Exchange rates published together. Two sides of a comparison must be translated by the same set. */
export const RateSet = z.strictObject({
  id: z.string(),
  title: z.string(),
  rates: z.array(
    z.strictObject({
      from: z.string().length(3, "expected an ISO 4217 currency code of three letters"),
      to: z.string().length(3, "expected an ISO 4217 currency code of three letters"),
      period: PeriodKey,
      kind: RateKind,
      /** What one unit of `from` is in `to`. */
      rate: DecimalString,
    }),
  ),
});
export type RateSet = z.infer<typeof RateSet>;
