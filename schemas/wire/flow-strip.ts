import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";
import { HopState, RerunTarget } from "./line.ts";

export const StripHop = z.object({
  dataset: z.string(),
  title: z.string(),
  systemTitle: z.string(),
  state: HopState,
  /** The latest run into this hop. */
  runId: z.string().nullable(),
  runState: z.enum(["NEW", "RUNNING", "COMPLETED", "FAILED", "ABORTED"]).nullable(),
  qualifier: z.string().nullable(),
  progress: z.number().nullable(),
  at: Instant.nullable(),
});
export type StripHop = z.infer<typeof StripHop>;

export const FreshnessState = z.enum(["fresh", "due", "stale", "missing", "unknown", "not-due"]);
export type FreshnessState = z.infer<typeof FreshnessState>;

/** One day of the 14-day spark: loads that came through, runs that left something out, runs that failed. */
export const SparkDay = z.object({ day: z.iso.date(), complete: z.int(), partial: z.int(), failed: z.int() });
export type SparkDay = z.infer<typeof SparkDay>;

/** One flow for one entity and period, as a control tower's strip. */
export const FlowStrip = z.object({
  kind: z.literal("strip"),
  id: z.string(),
  flow: z.string(),
  title: z.string(),
  entity: z.string(),
  entityName: z.string(),
  period: PeriodKey,
  criticality: z.string(),
  freshness: FreshnessState,
  /** Watermark of the last hop. */
  completeThrough: Instant.nullable(),
  ageMinutes: z.int().nullable(),
  nextDueAt: Instant.nullable(),
  hops: z.array(StripHop),
  /** Worst first: the higher, the more it needs a person. */
  weight: z.int(),
  exceptions: z.int(),
  why: z.string(),
  rerun: RerunTarget.nullable(),
  /** A request now on its way for this strip. */
  requestId: z.string().nullable(),
  requestState: z.string().nullable(),
  /** The last 14 days of the entity's zone, oldest first, whichever period was loaded. */
  spark: z.array(SparkDay).optional(),
});
export type FlowStrip = z.infer<typeof FlowStrip>;
