import * as z from "zod";

/** Shapes of what the Power BI REST API v1.0 answers. Only what is read is required. */

const Attempt = z.looseObject({
  attemptId: z.number().optional(),
  startTime: z.string().optional(),
  endTime: z.string().optional(),
});

export const Refresh = z.looseObject({
  requestId: z.string(),
  refreshType: z.string().optional(),
  startTime: z.string().optional(),
  /** Absent while the refresh runs. */
  endTime: z.string().nullish(),
  /** Unknown (also the running state), Completed, Failed, Disabled, NotStarted, Cancelled. */
  status: z.string(),
  /** JSON as text. */
  serviceExceptionJson: z.string().nullish(),
  refreshAttempts: z.array(Attempt).nullish(),
});
export type Refresh = z.infer<typeof Refresh>;
export const RefreshList = z.looseObject({ value: z.array(Refresh) });

/** Only enhanced refreshes have one. */
export const RefreshDetail = z.looseObject({
  status: z.string().optional(),
  /** NotStarted, InProgress, Completed, TimedOut, Failed, Disabled, Cancelled. */
  extendedStatus: z.string().optional(),
  messages: z
    .array(z.looseObject({ code: z.string().optional(), message: z.string().optional(), type: z.string().optional() }))
    .nullish(),
});
export type RefreshDetail = z.infer<typeof RefreshDetail>;

export const ServiceException = z.looseObject({
  errorCode: z.string().optional(),
  errorDescription: z.string().optional(),
});

const QueryError = z.looseObject({ code: z.string().optional(), message: z.string().optional() });
/** Too many rows and the like come as 200 with an error inside, at any of three places. */
export const QueryAnswer = z.looseObject({
  error: QueryError.optional(),
  results: z
    .array(
      z.looseObject({
        error: QueryError.optional(),
        tables: z
          .array(
            z.looseObject({
              error: QueryError.optional(),
              rows: z.array(z.record(z.string(), z.unknown())).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});
export type QueryAnswer = z.infer<typeof QueryAnswer>;

export const ScanStarted = z.looseObject({ id: z.string(), createdDateTime: z.string().optional() });
export const ScanStatus = z.looseObject({ status: z.string(), createdDateTime: z.string().optional() });

const Named = z.looseObject({ id: z.string(), name: z.string() });
export const ScanResult = z.looseObject({
  workspaces: z
    .array(
      z.looseObject({
        datasets: z
          .array(
            z.looseObject({
              ...Named.shape,
              upstreamDatasets: z.array(z.looseObject({ targetDatasetId: z.string() })).default([]),
              datasourceUsages: z.array(z.looseObject({ datasourceInstanceId: z.string() })).default([]),
            }),
          )
          .default([]),
        reports: z.array(z.looseObject({ ...Named.shape, datasetId: z.string().optional() })).default([]),
      }),
    )
    .default([]),
  datasourceInstances: z
    .array(
      z.looseObject({
        datasourceId: z.string(),
        datasourceType: z.string(),
        connectionDetails: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
});
export type ScanResult = z.infer<typeof ScanResult>;
