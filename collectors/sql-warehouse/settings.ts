import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";

/**
 * A question in the warehouse's own SQL. It only reads: the door opens a read-only transaction or session around it.
 * `{since}` stands for an instant and is handed over as a parameter.
 */
const Query = z
  .string()
  .min(1)
  .regex(/^\s*(select|with)\b/i, "expected a query that begins with SELECT or WITH");

/** The grammar of `settings` for a system read by `sql-warehouse`. */
export const Settings = z.strictObject({
  /**
   * The warehouse's own log of loads: rows that changed since `{since}`, with the columns `key`, `job`, `state` (queued,
   * running, complete, partial, warning, failed, aborted) and `queued_at`; and, where known, `started_at`, `ended_at`,
   * `entity`, `period`, `batch`, `snapshot_as_of`, `rows_read`, `rows_written`, `rows_rejected`, `error`.
   */
  loads: z
    .strictObject({ query: Query.includes("{since}"), retentionDays: z.number().positive().default(400) })
    .optional(),
  jobs: z.array(z.strictObject({ ...DeclaredJob.shape, ...books })).default([]),
  /**
   * What datasets hold: columns `entity`, `period` and any of `account`, `currency`, `count`, `debit`, `credit`, `net`,
   * `snapshot_as_of`, `batch`.
   */
  totals: z.array(z.strictObject({ dataset: z.string(), query: Query, ...books })).default([]),
  /** How often totals are asked for. */
  totalsEveryMinutes: z.int().positive().default(15),
  /** Longer questions are given up, by the warehouse itself. */
  secondsAQuery: z.int().positive().default(30),
  /** More rows than that are no totals. */
  mostRows: z.int().positive().default(100_000),
  overlapMinutes: z.number().positive().default(10),
  requestsPerSecond: z.number().positive().default(5),
});
export type Settings = z.infer<typeof Settings>;
