import * as z from "zod";

/** Shapes of what Data Factory answers (API version 2018-06-01). Only what is read is required. */

export const PipelineRun = z.looseObject({
  runId: z.string().min(1),
  /** The first run of a chain of reruns. */
  runGroupId: z.string().nullish(),
  pipelineName: z.string().min(1),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  runStart: z.string().nullish(),
  /** Missing while a run is under way, and at times after it was cancelled. */
  runEnd: z.string().nullish(),
  status: z.string().min(1),
  message: z.string().nullish(),
  /** Seven digits behind the second. */
  lastUpdated: z.string(),
});
export type PipelineRun = z.infer<typeof PipelineRun>;

export const PipelineRunPage = z.looseObject({ value: z.array(PipelineRun), continuationToken: z.string().nullish() });

/** Numbers arrive as text, digit for digit. */
const Rows = z.coerce.number().int().min(0).nullish();

export const ActivityRun = z.looseObject({
  activityName: z.string(),
  activityType: z.string().nullish(),
  status: z.string(),
  error: z.looseObject({ errorCode: z.string().nullish(), message: z.string().nullish() }).nullish(),
  output: z
    .looseObject({
      rowsRead: Rows,
      rowsCopied: Rows,
      rowsSkipped: Rows,
      dataConsistencyVerification: z.looseObject({ VerificationResult: z.string().nullish() }).nullish(),
      /** Of a Lookup activity: one row, or several. */
      firstRow: z.record(z.string(), z.unknown()).nullish(),
      value: z.array(z.record(z.string(), z.unknown())).nullish(),
    })
    .nullish(),
});
export type ActivityRun = z.infer<typeof ActivityRun>;

export const ActivityRunPage = z.looseObject({ value: z.array(ActivityRun), continuationToken: z.string().nullish() });

export const Created = z.looseObject({ runId: z.string().min(1) });

export const PipelinePage = z.looseObject({
  value: z.array(z.looseObject({ name: z.string() })),
  nextLink: z.string().nullish(),
});
