import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";
import { RunState } from "../seen-run.ts";

/** One kind of load into a version of the plan. */
const Load = DeclaredJob.extend({
  ...books,
  /** The version as Adaptive names it. */
  planVersion: z.string().default("Actuals"),
  /** Accounts whose figures are read, each with what is below it; without any the figures are not read. */
  accounts: z.array(z.string().min(1)).default([]),
});
export type Load = z.infer<typeof Load>;

/** Columns of the load log, a modeled sheet in which whoever loads the plan writes one row for each load. */
const LogColumns = z.strictObject({
  run: z.string().default("Run"),
  job: z.string().default("Job"),
  batch: z.string().default("Batch"),
  period: z.string().default("Period"),
  snapshotAsOf: z.string().default("Snapshot as of"),
  startedAt: z.string().default("Started at"),
  endedAt: z.string().default("Ended at"),
  status: z.string().default("Status"),
  rowsRead: z.string().default("Rows read"),
  rowsWritten: z.string().default("Rows written"),
  rowsRejected: z.string().default("Rows rejected"),
  /** What went wrong, one line for each: `3 rows: …`. */
  messages: z.string().default("Messages"),
});
export type LogColumns = z.infer<typeof LogColumns>;

/** Where a load stands by the words the writer of the load log uses. */
const WORDS: Record<string, RunState> = {
  Running: "running",
  Completed: "complete",
  "Completed with errors": "partial",
  Failed: "failed",
  Cancelled: "aborted",
};

export const AdaptiveSettings = z.strictObject({
  /** The version of the API; Adaptive retires one about a year after the next. */
  apiVersion: z
    .string()
    .regex(/^v\d+$/, "expected a version such as v43")
    .default("v43"),
  instanceCode: z.string().default(""),
  jobs: z.array(Load).min(1),
  loadLog: z.strictObject({
    sheet: z.string(),
    planVersion: z.string().default("Actuals"),
    isGlobal: z.boolean().default(false),
    columns: LogColumns.prefault({}),
    words: z.record(z.string(), RunState).default(WORDS),
  }),
  /** Columns of exported figures. */
  figures: z
    .strictObject({ account: z.string().default("Account Code"), level: z.string().default("Level Name") })
    .prefault({}),
  /** An entity's level, where it is not named like the entity. */
  levels: z.record(z.string(), z.string()).default({}),
  /** The currency an entity's figures are kept in. */
  currencies: z.record(z.string(), z.string().length(3)).default({}),
  /** How periods are written, also as columns of an export; it follows the locale of the user. Unverified. */
  periodStyle: z.enum(["MM/YYYY", "Mon-YYYY"]).default("MM/YYYY"),
  /** How often figures are read whether or not something was loaded. */
  everyMinutes: z.number().positive().default(60),
  /** How many of the newest periods loaded are read then. */
  latestPeriods: z.int().positive().default(2),
  /** Lines of the log this much older than the newest seen are looked at again. */
  overlapMinutes: z.number().positive().default(1440),
  /** Adaptive publishes no limit, and exports are heavy. */
  requestsPerSecond: z.number().positive().default(1),
  burst: z.int().positive().default(10),
});
export type AdaptiveSettings = z.infer<typeof AdaptiveSettings>;
