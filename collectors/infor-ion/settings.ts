import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { RunState } from "../seen-run.ts";

const Job = z.strictObject({
  /** `name` is the one its messages are told under; `{entity}` stands for the accounting entity. */
  ...DeclaredJob.shape,
  /** The type of the documents that carry it: `Sync.JournalEntry`. */
  documentType: z.string().min(1),
  /** How many receivers a message must reach before it is delivered. */
  receivers: z.int().positive().default(1),
});
export type Job = z.infer<typeof Job>;

/** A regular expression that finds something in a document's name. */
function pattern(group: string) {
  return z.string().refine((text) => text.includes(`(?<${group}>`), `expected a group (?<${group}>…)`);
}

const Ledger = z.strictObject({
  /** The dataset the totals describe, in this system's namespace. */
  dataset: z.string().default("GLTotals"),
  ledger: z.string().default(""),
  entities: z.array(z.string()).min(1),
  /**
   * Compass SQL over the Data Lake, which names its own objects. `{periods}` becomes a list such as `'2026-09', '2026-10'`;
   * columns: entity, period, account, currency and net, or debit and credit, perhaps entries.
   */
  query: z
    .string()
    .regex(/^\s*SELECT\b[^;]*$/i, "expected one SELECT without a semicolon")
    .includes("{periods}"),
  openPeriods: z.int().min(1).max(16).default(2),
  everyMinutes: z.int().min(1).default(60),
  /** Rows of a result asked for at once. */
  pageSize: z.int().min(1).max(100_000).default(1000),
});
export type Ledger = z.infer<typeof Ledger>;

/** The grammar of `settings` for a system read by `infor-ion`. */
export const Settings = z.strictObject({
  /** `ti` of the .ionapi file: `ACME_PRD`. */
  tenant: z.string().min(1),
  /** `ot` of the .ionapi file. */
  tokenPath: z.string().default("token.oauth2"),
  jobs: z.array(Job).min(1),
  /** The store of OneView that holds what happened to messages, and its columns. */
  events: z
    .strictObject({
      store: z.string().default("Event"),
      type: z.string().default("event_type"),
      date: z.string().default("event_date"),
    })
    .prefault({}),
  /** The column of a message that names its accounting entity. */
  accountingEntity: z.string().default("accounting_entity"),
  /** What a document's name tells. */
  documentName: z
    .strictObject({
      period: pattern("period").default(String.raw`\b(?<period>\d{4}-\d\d)\b`),
      batch: pattern("batch").default(String.raw`\b[Bb]atch (?<batch>\S+)`),
    })
    .prefault({}),
  /** Types of events beyond the documented ones, by a part of their text; the first that fits counts. */
  otherEvents: z.record(z.string(), RunState).default({
    error: "failed",
    failed: "failed",
    "no route": "failed",
    ConfirmBOD: "failed",
    purged: "aborted",
    cancel: "aborted",
  }),
  ledger: Ledger.optional(),
  version: z.string().default("actual"),
  /** How long OneView keeps messages. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  /** A query finds 10,000 rows at most, so a long time is read in slices. */
  sliceHours: z.number().positive().default(24),
  pageSize: z.int().min(1).max(1000).default(100),
  requestsPerSecond: z.number().positive().default(4),
});
export type Settings = z.infer<typeof Settings>;
