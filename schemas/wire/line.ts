import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";
import { RunException } from "../event/facets.ts";

/** tied: equals the hop before; off: the first difference; carries: differs only because an earlier hop did; flight: on its way; unknown: nothing reported. */
export const HopState = z.enum(["tied", "off", "carries", "flight", "unknown"]);
export type HopState = z.infer<typeof HopState>;

/** One hop of the tie-out line. */
export const LineHop = z.object({
  dataset: z.string(),
  title: z.string(),
  system: z.string(),
  systemTitle: z.string(),
  state: HopState,
  /** The hop's amount (net) and its count, debit and credit, as decimal strings; null while nothing is reported. */
  net: z.string().nullable(),
  debit: z.string().nullable(),
  credit: z.string().nullable(),
  count: z.string().nullable(),
  /** Unexplained against the hop before: target − source after everything declared. */
  difference: z.string().nullable(),
  /** Which measures do not tie. */
  measures: z.array(z.enum(["count", "debit", "credit", "net"])),
  completeThrough: Instant.nullable(),
  snapshotAsOf: Instant.nullable(),
  /** The run behind the figures, its job and the vendor's word for its outcome. */
  runId: z.string().nullable(),
  jobName: z.string().nullable(),
  vendorStatus: z.string().nullable(),
  attempt: z.int().nullable(),
  endedAt: Instant.nullable(),
  durationSeconds: z.number().nullable(),
  exceptions: z.array(RunException),
  /** Why, in the controller's words. */
  why: z.string(),
});
export type LineHop = z.infer<typeof LineHop>;

/** Where a load can be run again: the dataset it fills, the system asked and what the load is called. */
export const RerunTarget = z.object({ dataset: z.string(), systemTitle: z.string(), title: z.string() });
export type RerunTarget = z.infer<typeof RerunTarget>;

/** The tie-out line: a figure's path with the amount at each hop and the first difference. */
export const TieLine = z.object({
  reconciliation: z.string(),
  title: z.string(),
  flow: z.string(),
  entity: z.string(),
  period: PeriodKey,
  currency: z.string(),
  ledger: z.string(),
  state: z.enum(["tied", "off", "flight", "unknown", "not-comparable"]),
  hops: z.array(LineHop),
  /** Index of the hop the first difference appears at. */
  firstOff: z.int().nullable(),
  sinceAt: Instant.nullable(),
  /** End to end: last leg − first leg. */
  difference: z.string().nullable(),
  /** Where to begin again: the first hop that is not as it should be, or the nearest before it that can be driven. */
  rerun: RerunTarget.nullable(),
});
export type TieLine = z.infer<typeof TieLine>;
