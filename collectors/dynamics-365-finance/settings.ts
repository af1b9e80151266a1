import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { RunState } from "../seen-run.ts";

const Job = z.strictObject({
  /** `name` is that of the data project (definition group). */
  ...DeclaredJob.shape,
  /** Which half of an execution decides: an import's target, or the staging of an export that has no target. */
  decides: z.enum(["target", "staging"]).default("target"),
  /** Exported on demand as a package of this name, for a legal entity; without it the job cannot be driven. */
  exports: z.strictObject({ packageName: z.string().min(1), legalEntityId: z.string().default("{entity}") }).optional(),
});
export type Job = z.infer<typeof Job>;

const Ledger = z.strictObject({
  /** The dataset the totals describe, in this system's namespace. */
  dataset: z.string().default("GeneralLedgerActivities"),
  ledger: z.string().default(""),
  /** RecId of a ledger → entity. */
  ledgers: z.record(z.string().regex(/^\d+$/, "expected the RecId of a ledger"), z.string()),
  /** Currency of an entity's ledger; the aggregate does not tell it. */
  currencies: z.record(z.string(), z.string().length(3)).default({}),
  /** Where an account's number is found by its RecId; without it totals have no account. */
  accounts: z
    .strictObject({
      entity: z.string().default("MainAccounts"),
      recId: z.string().default("MainAccountRecId"),
      number: z.string().default("MainAccountId"),
      from: z.string(),
      to: z.string(),
    })
    .optional(),
  /** How LedgerGregorianDateId writes a day. */
  dayKey: z.enum(["2026-10-31", "20261031"]).default("2026-10-31"),
  /** Further conditions, such as a posting layer, as the service understands them. */
  filter: z.string().default(""),
  openPeriods: z.int().min(1).max(16).default(2),
  everyMinutes: z.int().min(1).default(30),
});
export type Ledger = z.infer<typeof Ledger>;

/** A regular expression that finds something in the description of an execution. */
function pattern(group: string) {
  return z.string().refine((text) => text.includes(`(?<${group}>`), `expected a group (?<${group}>…)`);
}

/** The grammar of `settings` for a system read by `dynamics-365-finance`. */
export const Settings = z.strictObject({
  /** The tenant in Microsoft Entra ID that signs the application in. */
  tenantId: z.string().min(1),
  jobs: z.array(Job).default([]),
  /** What the description of an execution tells. */
  description: z
    .strictObject({
      period: pattern("period").default(String.raw`\b(?<period>\d{4}-\d\d|[A-Z][a-z]{2}[- ]\d{2,4})\b`),
      batch: pattern("batch").default(String.raw`\b[Bb]atch (?<batch>\S+)`),
    })
    .prefault({}),
  /** Statuses of an execution's entities beyond the documented ones of executions. */
  otherStates: z.record(z.string(), RunState).default({ Waiting: "queued", Finished: "complete", Error: "failed" }),
  ledger: Ledger.optional(),
  version: z.string().default("actual"),
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(10),
  /** Rows on a page, by `Prefer: odata.maxpagesize`; the vendor caps it at 10,000. */
  pageSize: z.int().min(1).max(10_000).default(1000),
  requestsPerSecond: z.number().positive().default(10),
});
export type Settings = z.infer<typeof Settings>;
