import * as z from "zod";

/** Shapes of what Tableau's REST API answers as JSON, where numbers are text. Only what is read is required. */

const Count = z.coerce.number();
const Named = z.looseObject({ id: z.string(), name: z.string().optional() });

export const SignedIn = z.looseObject({
  credentials: z.looseObject({ token: z.string().min(1), site: z.looseObject({ id: z.string().min(1) }) }),
});

/** A row of the list of background jobs. */
export const ListedJob = z.looseObject({
  id: z.string(),
  /** Pending, InProgress, Success, Failed, Cancelled. */
  status: z.string(),
  createdAt: z.string(),
  startedAt: z.string().nullish(),
  endedAt: z.string().nullish(),
  jobType: z.string().nullish(),
});
export type ListedJob = z.infer<typeof ListedJob>;

export const JobList = z.looseObject({
  pagination: z.looseObject({ pageNumber: Count, pageSize: Count, totalAvailable: Count }),
  /** An empty list is an empty object. */
  backgroundJobs: z.looseObject({ backgroundJob: z.array(ListedJob).default([]) }).default({ backgroundJob: [] }),
});

const Work = z.looseObject({
  notes: z.string().nullish(),
  datasource: Named.optional(),
  workbook: Named.optional(),
  flow: Named.optional(),
});

/** A job by itself. */
export const Job = z.looseObject({
  id: z.string(),
  type: z.string().nullish(),
  createdAt: z.string(),
  startedAt: z.string().nullish(),
  updatedAt: z.string().nullish(),
  completedAt: z.string().nullish(),
  /** 0 and 3 are success, 1 failed, 2 cancelled; it is 0 also while the job runs. */
  finishCode: Count.nullish(),
  extractRefreshJob: Work.optional(),
  runFlowJob: Work.optional(),
  statusNotes: z
    .looseObject({ statusNote: z.array(z.looseObject({ text: z.string().nullish() })).default([]) })
    .nullish(),
});
export type Job = z.infer<typeof Job>;
export const JobAnswer = z.looseObject({ job: Job });
/** A job just started is answered with little more than its id. */
export const StartedAnswer = z.looseObject({ job: z.looseObject({ id: z.string() }) });

const text = z.string().nullish();
/** A table behind a data source, as the Metadata API names it. */
const UpstreamTable = z.looseObject({
  ...{ name: text, schema: text, fullName: text, connectionType: text },
  database: z.looseObject({ name: text }).nullish(),
});
export type UpstreamTable = z.infer<typeof UpstreamTable>;

const Content = z.looseObject({
  name: z.string(),
  upstreamTables: z.array(UpstreamTable).default([]),
  upstreamDatasources: z.array(z.looseObject({ name: z.string() })).default([]),
});
export type Content = z.infer<typeof Content>;

const Metadata = z.looseObject({
  publishedDatasources: z.array(Content).default([]),
  workbooks: z.array(Content).default([]),
});
export type Metadata = z.infer<typeof Metadata>;
/** GraphQL: what may not be seen is told as errors beside the rest. */
export const MetadataAnswer = z.looseObject({ data: Metadata });
