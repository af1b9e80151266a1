import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { RunState } from "../seen-run.ts";

const ScriptId = z.string().regex(/^custom(script|deploy)_/, "expected a script id such as customscript_tieout_runs");

const Job = z.strictObject({
  ...DeclaredJob.shape,
  /** What is submitted to run it, `{entity}` in lower case filled in; without it the job cannot be driven. */
  submits: z
    .strictObject({
      taskType: z.enum(["SCHEDULED_SCRIPT", "MAP_REDUCE", "CSV_IMPORT"]).default("MAP_REDUCE"),
      scriptId: z.string(),
      deploymentId: z.string(),
    })
    .optional(),
});
export type Job = z.infer<typeof Job>;

/** Which script parameter carries what. The names are a convention between the estate and its scripts. */
const Parameters = z.strictObject({
  entity: z.string().default("custscript_tieout_entity"),
  period: z.string().default("custscript_tieout_period"),
  batch: z.string().default("custscript_tieout_batch"),
  snapshotAsOf: z.string().default("custscript_tieout_snapshot"),
  request: z.string().default("custscript_tieout_request"),
});

const Ledger = z.strictObject({
  /** The dataset the totals describe, in this system's namespace. */
  dataset: z.string().default("TransactionAccountingLine"),
  ledger: z.string().default(""),
  /** Internal id of a subsidiary → entity. */
  subsidiaries: z.record(z.string().regex(/^\d+$/, "expected the internal id of a subsidiary"), z.string()),
  accountingBook: z.int().positive().default(1),
  /** Account types that travel. Balance-sheet types are added up from the first day there; leave them out. */
  accountTypes: z
    .array(z.string().regex(/^\w+$/))
    .min(1)
    .default(["Income", "COGS", "Expense", "OthIncome", "OthExpense"]),
  /** Whether accounting periods are closed is read too; the role must see them. */
  periods: z.boolean().default(false),
  /** This month's period and so many before it are read, less one. */
  openPeriods: z.int().min(1).max(16).default(2),
  everyMinutes: z.int().min(1).default(30),
  /** Rows on a page of SuiteQL; the vendor caps it at 1000. */
  pageSize: z.int().min(1).max(1000).default(1000),
});
export type Ledger = z.infer<typeof Ledger>;

/** The grammar of `settings` for a system read by `netsuite`. */
export const Settings = z.strictObject({
  /** OAuth 2.0 for machines, or token-based authentication (OAuth 1.0a), which older accounts still use. */
  signIn: z.enum(["oauth2", "token"]).default("oauth2"),
  /** The RESTlet that lists and submits script runs, and its page. */
  runs: z
    .strictObject({
      script: ScriptId.default("customscript_tieout_runs"),
      deploy: ScriptId.default("customdeploy_tieout_runs"),
      pageSize: z.int().min(1).max(1000).default(200),
    })
    .prefault({}),
  jobs: z.array(Job).default([]),
  parameters: Parameters.prefault({}),
  /** Words of script instances beyond the four documented ones. */
  otherStates: z.record(z.string(), RunState).default({ DEFERRED: "queued", RETRY: "running", CANCELLED: "aborted" }),
  ledger: Ledger.optional(),
  version: z.string().default("actual"),
  /** How long script instances are kept. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  requestsPerSecond: z.number().positive().default(5),
});
export type Settings = z.infer<typeof Settings>;
