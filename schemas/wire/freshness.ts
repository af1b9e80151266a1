import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";
import { FreshnessState } from "./flow-strip.ts";

/** The hop where newer data stops on its way; what lies behind it is stale because of it. */
export const StaleCause = z.object({
  dataset: z.string(),
  title: z.string(),
  /** The first expected load that did not come through. */
  sinceAt: Instant,
});
export type StaleCause = z.infer<typeof StaleCause>;

/** How fresh one dataset of a flow is for one entity and period, judged on its own watermark. */
export const FreshnessRow = z.object({
  dataset: z.string(),
  title: z.string(),
  flow: z.string(),
  entity: z.string(),
  period: PeriodKey,
  state: FreshnessState,
  completeThrough: Instant.nullable(),
  ageMinutes: z.int().nullable(),
  /** The first expected load whose data has not arrived. */
  overdueSince: Instant.nullable(),
  nextDueAt: Instant.nullable(),
  /** Whether it is judged as the close asks, and how many minutes an expected load may take then. */
  phase: z.enum(["close", "ordinary"]),
  dueMinutes: z.int(),
  staleMinutes: z.int(),
  /** Where newer data stops, when that is an earlier hop than this one. */
  inherits: StaleCause.nullable(),
  /** Expected loads that never came although one before and one after did. */
  gaps: z.array(Instant),
  /** Since when the ledger holds postings newer than the snapshot this dataset carries, past the cut-off. */
  latePostingSince: Instant.nullable(),
  /** Why it is unknown: nobody can read its system. */
  because: z.string().nullable(),
});
export type FreshnessRow = z.infer<typeof FreshnessRow>;

/** Whether a report shows the newest figures of an entity: the worst of the datasets behind it. */
export const ReportFreshness = z.object({
  report: z.string(),
  title: z.string(),
  entity: z.string(),
  state: FreshnessState,
  /** Since when it shows older figures; null while it does not. */
  sinceAt: Instant.nullable(),
  cause: StaleCause.nullable(),
});
export type ReportFreshness = z.infer<typeof ReportFreshness>;
