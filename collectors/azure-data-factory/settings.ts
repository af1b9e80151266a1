import * as z from "zod";
import { DeclaredJob } from "../declared-job.ts";
import { books } from "../placing.ts";
import { RunState } from "../seen-run.ts";

const Guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "expected a GUID");

const Pipeline = z.strictObject({
  ...DeclaredJob.shape,
  ...books,
  /** The Copy activity whose rows count, where a pipeline has several; otherwise all are added up. */
  copyActivity: z.string().optional(),
  /** A Lookup activity that reads what was delivered: one row for each account, columns as in `totals`. */
  totalsActivity: z.string().optional(),
});
export type Pipeline = z.infer<typeof Pipeline>;

/** Which pipeline parameter carries what. The names are a convention between the estate and its pipelines. */
const Parameters = z.strictObject({
  entity: z.string().default("entity"),
  period: z.string().default("period"),
  correlationId: z.string().default("correlationId"),
  snapshotAsOf: z.string().default("snapshotAsOf"),
  /** Filled when a pipeline is started from here, so that the run is found again; the pipeline has to declare it. */
  request: z.string().default("tieoutRequest"),
});

/** Columns of the rows a Lookup activity returns. */
const TotalsColumns = z.strictObject({
  account: z.string().default("account"),
  currency: z.string().default("currency"),
  count: z.string().default("count"),
  debit: z.string().default("debit"),
  credit: z.string().default("credit"),
  net: z.string().default("net"),
});

/** The grammar of `settings` for a system read by `azure-data-factory`. */
export const Settings = z.strictObject({
  tenantId: Guid,
  subscriptionId: Guid,
  resourceGroup: z.string().min(1),
  factory: z.string().min(1),
  pipelines: z.array(Pipeline).min(1),
  parameters: Parameters.prefault({}),
  totals: TotalsColumns.prefault({}),
  /** Words of pipeline runs beyond the documented ones. */
  otherStates: z.record(z.string(), RunState).default({ TimedOut: "failed" }),
  /** How long the service keeps runs; older ones are left out of its answers without a word. */
  retentionDays: z.number().positive().default(45),
  /** Runs appear in the service's index some minutes late. */
  overlapMinutes: z.number().positive().default(5),
  /** Resource Manager publishes its quota in a header only. */
  requestsPerSecond: z.number().positive().default(4),
});
export type Settings = z.infer<typeof Settings>;
