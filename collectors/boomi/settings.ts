import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";
import { RunState } from "../seen-run.ts";

const Process = z.strictObject({ ...DeclaredJob.shape, ...books });
export type Process = z.infer<typeof Process>;

/** Which tracked field of a document carries what. The names are a convention between the estate and its processes. */
const Tracked = z.strictObject({
  entity: z.string().default("entity"),
  period: z.string().default("period"),
  correlationId: z.string().default("correlation_id"),
  snapshotAsOf: z.string().default("snapshot_as_of"),
  currency: z.string().default("currency"),
  count: z.string().default("count"),
  debit: z.string().default("debit"),
  credit: z.string().default("credit"),
  net: z.string().default("net"),
});

/** The grammar of `settings` for a system read by `boomi`. */
export const Settings = z.strictObject({
  accountId: z.string().min(1),
  processes: z.array(Process).min(1),
  tracked: Tracked.prefault({}),
  /** Dynamic process properties filled when a process is started from here, by the request's parameter. */
  properties: z.record(z.string(), z.string()).default({ period: "period", entity: "entity" }),
  /** Words of executions beyond the documented ones. */
  otherStates: z.record(z.string(), RunState).default({}),
  /** How long the platform keeps executions. */
  retentionDays: z.number().positive().default(30),
  overlapMinutes: z.number().positive().default(5),
  /** Of the account's ten. */
  requestsPerSecond: z.number().positive().default(5),
});
export type Settings = z.infer<typeof Settings>;
