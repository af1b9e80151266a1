import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";

/** Runs of the middleware that IDocs come from: their archive key is the message's id there. */
const Middleware = z.strictObject({
  namespace: z.string(),
  /** The middleware's name for what sent it, `{entity}` filled in. */
  job: z.string(),
});

const Job = z.strictObject({
  /** A background job's name, or `<message type> <partner> {entity}` of IDocs: `FIDCC2 EPM_PRD {entity}`. */
  ...DeclaredJob.shape,
  middleware: Middleware.optional(),
});
export type Job = z.infer<typeof Job>;

const Ledger = z.strictObject({
  /** The dataset the totals describe, in this system's namespace. */
  dataset: z.string().default("FAGLFLEXT"),
  ledger: z.string().default("0L"),
  entities: z.array(z.string().max(4, "expected a company code")).min(1),
  /** The accounts that travel, both ends included, with their leading zeros. */
  accounts: z.strictObject({ from: z.string(), to: z.string() }),
  openPeriods: z.int().min(1).max(16).default(2),
  everyMinutes: z.int().min(1).default(60),
});
export type Ledger = z.infer<typeof Ledger>;

/** The grammar of `settings` for a system read by `sap-ecc`. */
export const Settings = z.strictObject({
  client: z.string().regex(/^\d{3}$/, "expected a client such as 100"),
  /** The system's time zone: SAP writes dates and times without one. */
  timeZone: z.string().min(1),
  /** The Gateway service of the README. */
  service: z.string().startsWith("/").default("/sap/opu/odata/sap/ZTIEOUT_MON_SRV"),
  /** What is read of it. */
  reads: z.strictObject({ idocs: z.boolean().default(true), jobs: z.boolean().default(true) }).prefault({}),
  jobs: z.array(Job).default([]),
  /** IDoc status 03, handed to the port: on plain ALE ports nothing follows, so that it is the end. */
  handedToPort: z.enum(["running", "complete"]).default("running"),
  ledger: Ledger.optional(),
  version: z.string().default("actual"),
  /** How long IDocs and job logs are kept before they are archived or reorganised. */
  retentionDays: z.number().positive().default(14),
  overlapMinutes: z.number().positive().default(10),
  /** Rows on a page of the service. */
  pageSize: z.int().min(1).max(5000).default(500),
  /** Few, because each takes a dialog process from people. */
  requestsPerSecond: z.number().positive().default(2),
});
export type Settings = z.infer<typeof Settings>;
