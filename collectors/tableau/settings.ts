import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books, byDate } from "../placing.ts";

const Luid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "expected an id (LUID)");

/** What is refreshed when the job is started here. */
const Refreshes = z.union([
  z.strictObject({ datasource: Luid }),
  z.strictObject({ workbook: Luid }),
  z.strictObject({ task: Luid }),
]);
export type Refreshes = z.infer<typeof Refreshes>;

const Job = z.strictObject({
  ...DeclaredJob.shape,
  ...books,
  ...byDate,
  /** Entities the refreshed data is of, where the job's name has none. */
  entities: z.array(z.string().min(1)).default([]),
  refreshes: Refreshes.optional(),
});
export type Job = z.infer<typeof Job>;

export const TableauSettings = z.strictObject({
  /** The version of the REST API, as `/api/<version>/serverinfo` tells it. */
  apiVersion: z
    .string()
    .regex(/^3\.\d+$/, "expected a version such as 3.24")
    .default("3.24"),
  /** The site as its address has it; empty for the default site of a server. */
  site: z.string().default(""),
  /** Jobs are named `Refresh <data source or workbook>` and `Run <flow>`. */
  jobs: z.array(Job).default([]),
  /** Kinds of background jobs that are read. Unverified. */
  jobTypes: z.array(z.string()).min(1).default(["refresh_extracts", "increment_extracts", "run_flow"]),
  /** What feeds data sources and workbooks, by the Metadata API; without it lineage is not read. */
  lineage: z
    .strictObject({
      everyMinutes: z.number().positive().default(720),
      /** Which of the estate's datasets a table is: the first part of its names that fits. */
      sources: z
        .array(z.strictObject({ contains: z.string().min(1), namespace: z.string(), name: z.string() }))
        .default([]),
      /** What is asked of tables and of workbooks, in the API's own words. Unverified but for `upstreamTables`. */
      fields: z
        .strictObject({
          table: z.string().default("name schema fullName connectionType database { name }"),
          workbook: z.string().default("upstreamDatasources { name }"),
        })
        .prefault({}),
    })
    .optional(),
  /** How long jobs stay on the list. Unverified. */
  retentionDays: z.number().positive().default(7),
  overlapMinutes: z.number().positive().default(10),
  pageSize: z.int().min(1).max(1000).default(100),
  /** No limit is published. */
  requestsPerSecond: z.number().positive().default(5),
  burst: z.int().positive().default(100),
});
export type TableauSettings = z.infer<typeof TableauSettings>;
