import * as z from "zod";

const Dataset = z.strictObject({ namespace: z.string(), name: z.string() });

/** One kind of load: an Anaplan process for each entity, what it reads and the module it fills. */
const Load = z.strictObject({
  /** The process as the model names it, with `{entity}` where the entity's code stands. */
  process: z
    .string()
    .includes("{entity}", { message: 'expected a process name with {entity}: "Load Actuals {entity}"' }),
  reads: z.array(Dataset).default([]),
  /** The OpenLineage name of the module filled, within the system's namespace. */
  fills: z.string(),
  /** A saved view of the module with count, debit, credit and net; without one, the rows loaded are the only total. */
  totalsView: z.string().optional(),
  ledger: z.string().default(""),
  version: z.string().default("actual"),
});
export type Load = z.infer<typeof Load>;

/**
 * The load log: a module in which middleware writes a line before it starts a process (batch, period, snapshot). It is
 * how a task, which Anaplan tells nothing of, is known to belong to a batch and a period.
 */
const LoadLog = z.strictObject({
  /** Saved view with one row for each process: its latest line. One request shows whether anything was started. */
  latestView: z.string(),
  /** Saved view with the process as a page and its lines as rows. */
  linesView: z.string(),
  /** The dimension of processes. */
  process: z.string().default("Process"),
  batch: z.string().default("Batch ID"),
  period: z.string().default("Period"),
  snapshotAsOf: z.string().default("Snapshot as of"),
  receivedAt: z.string().default("Received at"),
});

/** Names of dimensions and line items in the views of control totals. */
const TotalsNames = z.strictObject({
  entity: z.string().default("Entity"),
  period: z.string().default("Period"),
  account: z.string().default("Account"),
  currency: z.string().default("Currency"),
  count: z.string().default("Line count"),
  debit: z.string().default("Debit"),
  credit: z.string().default("Credit"),
  net: z.string().default("Net"),
  batch: z.string().default("Batch ID"),
  snapshotAsOf: z.string().default("Snapshot as of"),
});

/** Columns of a failure dump: the source file's own, and the reason Anaplan adds. Unverified, hence settings. */
const DumpColumns = z.strictObject({
  reason: z.string().default("_ERROR_1"),
  amount: z.string().default("Net"),
  currency: z.string().default("Currency"),
  document: z.string().default("Document"),
});

export const AnaplanSettings = z.strictObject({
  /** 32 hexadecimal digits, lower case. */
  workspaceId: z.string().regex(/^[0-9a-f]{32}$/, "expected 32 hexadecimal digits in lower case"),
  /** 32 hexadecimal digits, upper case. */
  modelId: z.string().regex(/^[0-9A-F]{32}$/, "expected 32 hexadecimal digits in upper case"),
  loads: z.array(Load).min(1),
  loadLog: LoadLog.optional(),
  /** Reads runs of CloudWorks' integrations too; its user must be a restricted integration user. */
  cloudWorks: z
    .strictObject({ retentionDays: z.number().positive().default(30), pageSize: z.int().min(1).max(1000).default(100) })
    .optional(),
  /** Asks the audit trail which processes ran; its user must be a tenant auditor. */
  audit: z.strictObject({ pageSize: z.int().min(1).max(10_000).default(500) }).optional(),
  totals: TotalsNames.prefault({}),
  dump: DumpColumns.prefault({}),
  /** Tasks this much older than the newest seen are looked at again. */
  overlapMinutes: z.number().positive().default(15),
  taskPageSize: z.int().min(1).max(5000).default(100),
  /** What the vendor's tenant allows; the published figures are a third party's. */
  requestsPerSecond: z.number().positive().default(10),
  burst: z.int().positive().default(600),
});
export type AnaplanSettings = z.infer<typeof AnaplanSettings>;
