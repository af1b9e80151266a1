import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";
import { RunState } from "../seen-run.ts";

const Job = z.strictObject({
  ...DeclaredJob.shape,
  ...books,
  /** Of inbound integrations those with errors have loaded the rest; outbound ones have delivered nothing. */
  direction: z.enum(["inbound", "outbound"]).default("outbound"),
});
export type Job = z.infer<typeof Job>;

/** Launch parameters of an integration that carry what; the names are a convention between the estate and its integrations. */
const Parameters = z.strictObject({
  entity: z.string().default("Company"),
  period: z.string().default("Period"),
  batch: z.string().default("Batch"),
  snapshotAsOf: z.string().default("Snapshot_as_of"),
  /** Carries the key of a request of ours, so that its run is found again. */
  request: z.string().default("Tieout_Request"),
});

/** Statuses by the id of Background_Process_Instance_Status. Unverified, so that a tenant's own ids can be added. */
const STATUSES: Record<string, RunState> = {
  ...{ PENDING: "queued", INITIATED: "queued", PROCESSING: "running" },
  ...{ COMPLETED: "complete", COMPLETED_WITH_WARNINGS: "warning", COMPLETED_WITH_ERRORS: "partial" },
  ...{ FAILED: "failed", ABORTED: "aborted", CANCELLED: "aborted", CANCELED: "aborted", TERMINATED: "aborted" },
};

/** A custom report enabled as a web service that adds the ledger up; its author names the columns and prompts. */
const Ledger = z.strictObject({
  dataset: z.string().min(1),
  /** `<owner>/<report>` as the report's JSON address has them. */
  report: z.string().regex(/^[^/]+\/[^/]+$/, "expected <owner>/<report>"),
  ...books,
  /** Companies the report covers, by their ids in it. */
  entities: z.record(z.string(), z.string()),
  /** The prompt for the period, and how the period is written in it. */
  periodPrompt: z.string().default("Period"),
  periodStyle: z.enum(["2026-10", "Oct-26"]).default("2026-10"),
  columns: z
    .strictObject({
      entity: z.string().default("Company"),
      account: z.string().default("Ledger_Account"),
      currency: z.string().default("Currency"),
      count: z.string().default("Line_Count"),
      debit: z.string().default("Debit_Amount"),
      credit: z.string().default("Credit_Amount"),
    })
    .prefault({}),
  everyMinutes: z.number().positive().default(60),
  openPeriods: z.int().positive().default(2),
});
export type Ledger = z.infer<typeof Ledger>;

export const WorkdaySettings = z.strictObject({
  tenant: z.string().min(1),
  /** The version of Workday Web Services. */
  version: z
    .string()
    .regex(/^v\d+\.\d$/, "expected a version such as v43.0")
    .default("v43.0"),
  /** Integrations by the id of their integration system, `{entity}` where each entity has its own. */
  jobs: z.array(Job).min(1),
  parameters: Parameters.prefault({}),
  statuses: z.record(z.string(), RunState).default(STATUSES),
  ledger: Ledger.optional(),
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(15),
  /** How far back a run with the mark of a request is looked for. */
  adoptHours: z.number().positive().default(24),
  pageSize: z.int().min(1).max(999).default(100),
  /** Workday publishes no limit. */
  requestsPerSecond: z.number().positive().default(5),
  burst: z.int().positive().default(100),
});
export type WorkdaySettings = z.infer<typeof WorkdaySettings>;
