import * as z from "zod";
import { PeriodStatus, Qualifier, RunException } from "./event/facets.ts";
import { Instant, PeriodKey } from "./instant.ts";

/** Run states, in Marquez's words. */
export const RunState = z.enum(["NEW", "RUNNING", "COMPLETED", "FAILED", "ABORTED"]);
export type RunState = z.infer<typeof RunState>;

/** One run as folded from all its events: latest by event time wins, whatever order they came in. */
export const Run = z.object({
  runId: z.string(),
  jobNamespace: z.string(),
  jobName: z.string(),
  state: RunState,
  qualifier: Qualifier.nullable(),
  vendorStatus: z.string().nullable(),
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  lastEventAt: Instant,
  attempt: z.int(),
  correlationId: z.string().nullable(),
  causationId: z.string().nullable(),
  parentRunId: z.string().nullable(),
  rowsRead: z.int().nullable(),
  rowsWritten: z.int().nullable(),
  rowsRejected: z.int().nullable(),
  progress: z.number().nullable(),
  error: z.string().nullable(),
  exceptions: z.array(RunException),
  /** What the run writes: dataset × entity × period, as its outputs' positions say. */
  targets: z.array(
    z.object({ namespace: z.string(), name: z.string(), entity: z.string().nullable(), period: PeriodKey.nullable() }),
  ),
});
export type Run = z.infer<typeof Run>;

/** How far one dataset is complete for one entity and period. */
export const Watermark = z.object({
  namespace: z.string(),
  name: z.string(),
  entity: z.string(),
  ledger: z.string(),
  period: PeriodKey,
  version: z.string(),
  completeThrough: Instant.nullable(),
  snapshotAsOf: Instant.nullable(),
  eventAt: Instant,
  runId: z.string(),
});
export type Watermark = z.infer<typeof Watermark>;

/** The latest value of one measure at one grain, and the run that reported it. */
export const Total = z.object({
  namespace: z.string(),
  name: z.string(),
  entity: z.string(),
  ledger: z.string(),
  period: PeriodKey,
  version: z.string(),
  account: z.string(),
  currency: z.string(),
  measure: z.enum(["count", "debit", "credit", "net"]),
  value: z.string(),
  asOf: Instant,
  runId: z.string(),
  correlationId: z.string().nullable(),
});
export type Total = z.infer<typeof Total>;

/** Whether one ledger or subledger of an entity takes postings in a period, as its system told it last. */
export const StatedPeriod = z.object({
  namespace: z.string(),
  name: z.string(),
  entity: z.string(),
  ledger: z.string(),
  /** Empty for the general ledger itself. */
  subledger: z.string(),
  period: PeriodKey,
  status: PeriodStatus,
  native: z.string(),
  /** Since when it stands so. */
  sinceAt: Instant,
  /** When it was last shut to most (soft closed or further). */
  softAt: Instant.nullable(),
  /** When it was last shut for good (closed or locked). */
  shutAt: Instant.nullable(),
  /** When, having been shut, it was opened again; null where it never was. */
  reopenedAt: Instant.nullable(),
});
export type StatedPeriod = z.infer<typeof StatedPeriod>;

/** A directed step in the lineage graph, as observed in events. Node ids as Marquez writes them: `dataset:ns:name`, `job:ns:name`. */
export const Edge = z.object({ origin: z.string(), destination: z.string(), lastSeenAt: Instant });
export type Edge = z.infer<typeof Edge>;
