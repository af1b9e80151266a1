import * as z from "zod";

/** Shapes of what Airbyte's public API and its configuration API answer. Only what is read is required. */

const Id = z.union([z.number(), z.string()]).transform(String);

/** The specification's examples say `id` where its schema says `jobId`. */
export const Job = z
  .looseObject({
    jobId: Id.nullish(),
    id: Id.nullish(),
    status: z.string().min(1),
    /** sync, reset, refresh, clear. */
    jobType: z.string().nullish(),
    startTime: z.string(),
    lastUpdatedAt: z.string().nullish(),
    connectionId: z.string(),
    rowsSynced: z.number().nullish(),
  })
  .transform((job, context) => {
    const jobId = job.jobId ?? job.id;
    if (jobId) return { ...job, jobId };
    context.addIssue("expected jobId");
    return z.NEVER;
  });
export type Job = z.infer<typeof Job>;
export const JobPage = z.looseObject({ data: z.array(Job), next: z.string().nullish() });

export const Connection = z.looseObject({
  connectionId: z.string(),
  name: z.string(),
  status: z.string().nullish(),
});
export type Connection = z.infer<typeof Connection>;
export const ConnectionPage = z.looseObject({ data: z.array(Connection), next: z.string().nullish() });

const Records = z.number().int().min(0).nullish();

/** What the configuration API knows beside: rows of all attempts, and why the last one failed. */
export const JobDetail = z.looseObject({
  job: z.looseObject({
    aggregatedStats: z
      .looseObject({ recordsEmitted: Records, recordsCommitted: Records, recordsRejected: Records })
      .nullish(),
  }),
  attempts: z
    .array(
      z.looseObject({
        failureSummary: z
          .looseObject({
            failures: z
              .array(
                z.looseObject({
                  failureOrigin: z.string().nullish(),
                  failureType: z.string().nullish(),
                  externalMessage: z.string().nullish(),
                  internalMessage: z.string().nullish(),
                }),
              )
              .default([]),
          })
          .nullish(),
      }),
    )
    .default([]),
});
export type JobDetail = z.infer<typeof JobDetail>;
