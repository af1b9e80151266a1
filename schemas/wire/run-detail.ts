import * as z from "zod";
import { Facets, Warning } from "../event/open-lineage.ts";
import { Instant } from "../instant.ts";
import { Run, Total } from "../run.ts";

/** One event of a run. */
export const RunEventRow = z.object({
  eventId: z.string(),
  eventTime: Instant,
  /** Empty where the event states none. */
  eventType: z.string(),
  receivedAt: Instant,
  door: z.string(),
  source: z.string(),
  producer: z.string(),
  warnings: z.array(Warning),
  /** The text as it came; null without the right to see it. */
  raw: z.string().nullable(),
});
export type RunEventRow = z.infer<typeof RunEventRow>;

/** A run that shares a correlation ID, and how that is known. */
export const RelatedRun = z.object({
  correlationId: z.string(),
  how: z.enum(["carried", "linked", "in-data"]),
  jobNamespace: z.string(),
  jobName: z.string(),
  runId: z.string(),
  /** Null where it was named by another run and has not been heard of itself. */
  run: Run.nullable(),
});
export type RelatedRun = z.infer<typeof RelatedRun>;

const RunDataset = z.object({ namespace: z.string(), name: z.string() });

/** Everything known of one run. */
export const RunDetail = z.object({
  run: Run,
  /** Other jobs' runs of the same id, which happens in the wild. */
  alsoCalledSo: z.array(z.object({ jobNamespace: z.string(), jobName: z.string() })),
  inputs: z.array(RunDataset),
  outputs: z.array(RunDataset),
  /** The latest of each facet over all events. */
  facets: z.object({ run: Facets, job: Facets }),
  /** Newest first, at most 200. */
  events: z.array(RunEventRow),
  related: z.array(RelatedRun),
  /** Every control total the run reported, its latest report first. */
  totals: z.array(Total),
});
export type RunDetail = z.infer<typeof RunDetail>;
