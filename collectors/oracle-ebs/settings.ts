import * as z from "zod";
import { OracleProgram } from "../oracle-program.ts";

const Job = z.strictObject({
  /** `name` is the description its requests are submitted with, or the program's short name. */
  ...OracleProgram.shape,
  /** What is submitted to run it; without it the job cannot be driven. */
  submits: z
    .strictObject({
      application: z.string().default("SQLGL"),
      program: z.string().min(1),
      /** Arguments in their order: `{entity}`, `{periodName}` (`Oct-26`) and a request's parameters are filled in. */
      arguments: z.array(z.string()).default([]),
    })
    .optional(),
});
export type Job = z.infer<typeof Job>;

/** Under which responsibility the package is asked; sent with every call, because a session would keep the last one. */
const Context = z.strictObject({
  responsibility: z.string().min(1),
  respApplication: z.string().min(1),
  securityGroup: z.string().default("STANDARD"),
  orgId: z.string().optional(),
});

const Ledger = z.strictObject({
  /** The dataset the totals describe, in this system's namespace. */
  dataset: z.string().default("GL_BALANCES"),
  ledger: z.string().default(""),
  /** LEDGER_ID. */
  ledgerId: z.string().regex(/^\d+$/, "expected a LEDGER_ID"),
  /** Values of the balancing segment → entities. */
  entities: z.record(z.string(), z.string()),
  /** The natural accounts that travel, both ends included. */
  accounts: z.strictObject({ from: z.string(), to: z.string() }),
  /** Whether periods take postings is read too. */
  periods: z.boolean().default(false),
  openPeriods: z.int().min(1).max(16).default(2),
  everyMinutes: z.int().min(1).default(60),
});
export type Ledger = z.infer<typeof Ledger>;

/** The grammar of `settings` for a system read by `oracle-ebs`. */
export const Settings = z.strictObject({
  context: Context,
  /** The alias the package of the README is deployed under. */
  alias: z.string().regex(/^\w+$/).default("tieout"),
  /** The database's time zone: dates are written without one. */
  timeZone: z.string().min(1),
  jobs: z.array(Job).default([]),
  ledger: Ledger.optional(),
  version: z.string().default("actual"),
  /** What the program Purge Concurrent Request leaves. */
  retentionDays: z.number().positive().default(14),
  overlapMinutes: z.number().positive().default(5),
  /** Rows of a list asked for at once. */
  pageSize: z.int().min(1).max(1000).default(200),
  /** Few, because the pool is shared with people. */
  requestsPerSecond: z.number().positive().default(2),
});
export type Settings = z.infer<typeof Settings>;
