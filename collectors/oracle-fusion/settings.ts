import * as z from "zod";
import { OracleProgram, Position } from "../oracle-program.ts";

const Job = z.strictObject({
  /** `name` is the description its requests are submitted with, or the job's display name. */
  ...OracleProgram.shape,
  /** What is submitted to run it; without it the job cannot be driven. */
  submits: z
    .strictObject({
      application: z.string().default("FscmEss"),
      jobDefinitionId: z.string().startsWith("JobDefinition://"),
      /** Arguments in their order: `{entity}`, `{periodName}` (`Oct-26`) and a request's parameters are filled in. */
      arguments: z.array(z.string()).default([]),
    })
    .optional(),
});
export type Job = z.infer<typeof Job>;

const Book = z.strictObject({
  ledgerName: z.string().min(1),
  currency: z.string().length(3),
  /** The account combination asked for, `%` for any value: `101-%-%-%`. */
  combination: z.string().includes("%"),
});

const Ledger = z.strictObject({
  /** The dataset the totals describe, in this system's namespace. */
  dataset: z.string().default("GL balances"),
  ledger: z.string().default(""),
  /** By entity. */
  entities: z.record(z.string(), Book),
  /** Which segment of a combination is the natural account, counted from 1. */
  accountSegment: Position,
  /** The accounts that travel, both ends included. */
  accounts: z.strictObject({ from: z.string(), to: z.string() }),
  openPeriods: z.int().min(1).max(16).default(2),
  everyMinutes: z.int().min(1).default(60),
  /** Rows on a page; the vendor caps it at 500. */
  pageSize: z.int().min(1).max(500).default(500),
});
export type Ledger = z.infer<typeof Ledger>;

/** The grammar of `settings` for a system read by `oracle-fusion`. */
export const Settings = z.strictObject({
  jobs: z.array(Job).default([]),
  ledger: Ledger.optional(),
  version: z.string().default("actual"),
  /** Version of the REST resources, `latest` or pinned. */
  resources: z.string().default("11.13.18.05"),
  /** The number of a list's first page. */
  firstPage: z.int().min(0).default(1),
  /** How long requests are kept before they are purged. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  requestsPerSecond: z.number().positive().default(10),
});
export type Settings = z.infer<typeof Settings>;
