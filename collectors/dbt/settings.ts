import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";

/** The grammar of `settings` for a system read by `dbt`. */
export const Settings = z.strictObject({
  /** dbt Cloud's Admin API, or dbt Core's artifacts as they lie on a web server or in object storage. */
  read: z.discriminatedUnion("from", [
    z.strictObject({
      from: z.literal("cloud"),
      account: z.int().positive(),
      /** Rows on a page; the vendor caps it at 100. */
      pageSize: z.int().min(1).max(100).default(100),
    }),
    z.strictObject({
      from: z.literal("artifacts"),
      /** Where a job's `target` lies below the address; `{job}` is filled in. */
      path: z.string().startsWith("/").default("/{job}/target"),
      /** The jobs there are; an address has no list of them. */
      jobs: z.array(z.string()).min(1),
    }),
  ]),
  /** Jobs by their name in dbt Cloud, or by their folder. */
  jobs: z.array(z.strictObject({ ...DeclaredJob.shape, ...books })).default([]),
  /** How long runs are kept. */
  retentionDays: z.number().positive().default(60),
  overlapMinutes: z.number().positive().default(10),
  /** The vendor publishes no limit. */
  requestsPerSecond: z.number().positive().default(5),
});
export type Settings = z.infer<typeof Settings>;
