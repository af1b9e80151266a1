import * as z from "zod";
import { DecimalString, Instant, PeriodKey } from "../instant.ts";
import { LineLayout } from "./line-layout.ts";

/** Who signed a facet, as OpenLineage asks of every facet. */
const signed = { _producer: z.string().optional(), _schemaURL: z.string().optional() };

/** Run facet: what ties this run to the others that carried the same figures. */
export const CorrelationFacet = z.looseObject({
  ...signed,
  /** Carried through every hop from the source event to the target posting. */
  correlationId: z.string().min(1),
  /** What caused this run: a request of Tieout's, an upstream message, a schedule. */
  causationId: z.string().optional(),
  /** The key under which the target system recognises a repetition. */
  idempotencyKey: z.string().optional(),
  /** 1 for the first try. */
  attempt: z.int().min(1).optional(),
});
export type CorrelationFacet = z.infer<typeof CorrelationFacet>;

/** Run facet: names under which other systems know what this run carried, where no correlation ID goes with it. */
export const NamesFacet = z.looseObject({
  ...signed,
  /** IDs of the messages it sent or took. */
  messages: z.array(z.string().min(1)).max(100).optional(),
  files: z
    .array(z.object({ name: z.string().min(1), sha256: z.string().optional() }))
    .max(100)
    .optional(),
  /** Batch or load ids as the vendor calls them. */
  batches: z.array(z.string().min(1)).max(100).optional(),
});
export type NamesFacet = z.infer<typeof NamesFacet>;

/** How a vendor's own word for the outcome differs from what OpenLineage can say. */
export const Qualifier = z.enum(["partial", "warning", "held", "aborting", "superseded"]);
export type Qualifier = z.infer<typeof Qualifier>;

/** Run facet: the vendor's own verdict and the rows it admits to. */
export const OutcomeFacet = z.looseObject({
  ...signed,
  vendorStatus: z.string(),
  qualifier: Qualifier.optional(),
  rowsRead: z.int().min(0).optional(),
  rowsWritten: z.int().min(0).optional(),
  rowsRejected: z.int().min(0).optional(),
  /** Share done while running, 0 to 1, where the vendor tells. */
  progress: z.number().min(0).max(1).optional(),
});
export type OutcomeFacet = z.infer<typeof OutcomeFacet>;

/** business: finance mends it; technical: engineers do; control: somebody must answer for it. */
export const ExceptionClass = z.enum(["business", "technical", "control"]);
export type ExceptionClass = z.infer<typeof ExceptionClass>;

/** The exception types finance integrations know; `unknown` keeps a vendor text nobody has mapped yet. */
export const ExceptionCode = z.enum([
  "unmapped-member",
  "missing-entity",
  "invalid-combination",
  "period-closed-at-target",
  "late-posting",
  "control-total-gap",
  "count-gap",
  "sign-inversion",
  "rate-mismatch",
  "rounding-over-cap",
  "intercompany-imbalance",
  "wrong-version",
  "stale-report",
  "flux-unexplained",
  "budget-overrun",
  "master-mismatch",
  "handoff-overdue",
  "duplicate-load",
  "api-limit",
  "job-failed",
  "queue-backlog",
  "contract-drift",
  "missing-run",
  "credential-expiry",
  "duty-breach",
  "posted-after-close",
  "signoff-suspended",
  "unknown",
]);
export type ExceptionCode = z.infer<typeof ExceptionCode>;

/** One thing that went wrong inside a run, as the vendor told it. */
export const RunException = z.looseObject({
  code: ExceptionCode,
  class: ExceptionClass,
  /** The vendor's words, quoted as they came. */
  message: z.string(),
  entity: z.string().optional(),
  period: PeriodKey.optional(),
  /** The dimension member concerned, for example a cost centre. */
  member: z.string().optional(),
  /** What the member belongs to, in the vendor's word: `Cost centre`. */
  dimension: z.string().optional(),
  /** Rows or documents concerned. */
  count: z.int().min(0).optional(),
  amount: DecimalString.optional(),
  currency: z.string().length(3).optional(),
  documentRef: z.string().optional(),
});
export type RunException = z.infer<typeof RunException>;

/** Run facet: what went wrong inside the run. */
export const ExceptionsFacet = z.looseObject({ ...signed, exceptions: z.array(RunException) });
export type ExceptionsFacet = z.infer<typeof ExceptionsFacet>;

/** How far a dataset is complete for one entity and period. */
export const Position = z.looseObject({
  entity: z.string().min(1),
  ledger: z.string().default(""),
  period: PeriodKey,
  version: z.string().default("actual"),
  /** Every posting recorded up to here is in the dataset. Absent while the run has not delivered. */
  completeThrough: Instant.optional(),
  /** The instant of the snapshot the figures were taken from. */
  snapshotAsOf: Instant.optional(),
});
export type Position = z.infer<typeof Position>;

/** Dataset facet: positions of the dataset, one for each entity × ledger × period × version the run touched. */
export const PositionFacet = z.looseObject({ ...signed, positions: z.array(Position) });
export type PositionFacet = z.infer<typeof PositionFacet>;

export const Measure = z.enum(["count", "debit", "credit", "net"]);
export type Measure = z.infer<typeof Measure>;

/** One measure of a dataset at one grain. Debit and credit are gross and positive; net = debit − credit. */
export const ControlTotal = z.looseObject({
  period: PeriodKey,
  entity: z.string().min(1),
  ledger: z.string().default(""),
  version: z.string().default("actual"),
  account: z.string().default(""),
  currency: z.string().default(""),
  measure: Measure,
  value: DecimalString,
  /** The correlation ID of the load behind this figure, where the data itself carries it. */
  correlationId: z.string().optional(),
});
export type ControlTotal = z.infer<typeof ControlTotal>;

/** Dataset facet: what the dataset adds up to, as one run reports it. */
export const ControlTotalsFacet = z.looseObject({ ...signed, asOf: Instant, totals: z.array(ControlTotal) });
export type ControlTotalsFacet = z.infer<typeof ControlTotalsFacet>;

/** Dataset facet: a reference to a line-level extract, or a few inline lines. */
export const LinesFacet = z.looseObject({
  ...signed,
  format: z.enum(["csv", "ndjson", "parquet", "inline"]),
  /** Relative to the folder the tower watches for extracts. */
  location: z.string().optional(),
  rowCount: z.int().min(0).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  layout: LineLayout.optional(),
  /** This file among those the run hands in for the dataset. */
  part: z.int().min(1).optional(),
  parts: z.int().min(1).optional(),
  /** Where the dataset's positions name more than one. */
  entity: z.string().optional(),
  period: PeriodKey.optional(),
  lines: z.array(z.record(z.string(), z.unknown())).max(1000).optional(),
});
export type LinesFacet = z.infer<typeof LinesFacet>;

/** How far a period is shut, the same for every system: soft: subledgers are shut and the general ledger is limited. */
export const PeriodStatus = z.enum(["future", "open", "soft", "closed", "locked"]);
export type PeriodStatus = z.infer<typeof PeriodStatus>;

/** Dataset facet, on the ledger: whether periods take postings, for each entity × ledger × subledger told of. */
export const PeriodStatusFacet = z.looseObject({
  ...signed,
  statuses: z.array(
    z.looseObject({
      entity: z.string().min(1),
      ledger: z.string().default(""),
      /** The subledger or account type: `D` customers, `K` vendors, `AP`; absent for the general ledger itself. */
      subledger: z.string().default(""),
      period: PeriodKey,
      status: PeriodStatus,
      /** The system's own word, as it came. */
      native: z.string(),
    }),
  ),
});
export type PeriodStatusFacet = z.infer<typeof PeriodStatusFacet>;

/** Dataset facet: records that one transaction changed in the system itself, without a run. Values are not told. */
export const ChangesFacet = z.looseObject({
  ...signed,
  /** The system's own key of the transaction. */
  transactionId: z.string().min(1),
  created: z.int().min(0).optional(),
  updated: z.int().min(0).optional(),
  deleted: z.int().min(0).optional(),
  restored: z.int().min(0).optional(),
  /** False where the system says that more changed than it tells. */
  complete: z.boolean(),
  /** Names of fields that were changed in records there were before. */
  fields: z.array(z.string()).optional(),
  /** Who changed them, and through what, as the system names both. */
  by: z.string().optional(),
  origin: z.string().optional(),
  /** Ids of the first records concerned. */
  records: z.array(z.string()).max(100).optional(),
  /** Books the changed records stand in, where the change tells. */
  touched: z.array(z.looseObject({ entity: z.string().optional(), period: PeriodKey.optional() })).optional(),
});
export type ChangesFacet = z.infer<typeof ChangesFacet>;

/** Every facet of Tieout's by its key in an event; the JSON Schemas are exported from here. */
export const TIEOUT_FACETS = {
  tieout_correlation: CorrelationFacet,
  tieout_names: NamesFacet,
  tieout_outcome: OutcomeFacet,
  tieout_exceptions: ExceptionsFacet,
  tieout_position: PositionFacet,
  tieout_controlTotals: ControlTotalsFacet,
  tieout_lines: LinesFacet,
  tieout_periodStatus: PeriodStatusFacet,
  tieout_changes: ChangesFacet,
} as const;
