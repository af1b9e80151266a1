import * as z from "zod";
import { Role } from "../estate/role.ts";
import { Measure } from "../event/facets.ts";
import { Instant, PeriodKey } from "../instant.ts";

/**
 * Where a break stands: open → assigned → explained → reviewed → resolved (it ties again), accepted-timing, adjusted
 * or written-off. A changed amount opens it again.
 */
export const BreakState = z.enum([
  "open",
  "assigned",
  "explained",
  "reviewed",
  "resolved",
  "accepted-timing",
  "adjusted",
  "written-off",
]);
export type BreakState = z.infer<typeof BreakState>;

/** Work days since it was first seen, then calendar days. */
export const AgeBucket = z.enum(["0-2 WD", "3-5 WD", "≤ 30 d", "≤ 60 d", "≤ 90 d", "> 90 d"]);
export type AgeBucket = z.infer<typeof AgeBucket>;

export const BreakCause = z.enum([
  "unmapped",
  "rejected",
  "sign",
  "rate",
  "duplicate",
  "late",
  "partial-load",
  "version",
  "missing-side",
  "count",
  "rounding",
  "overdrawn",
  "unknown",
]);
export type BreakCause = z.infer<typeof BreakCause>;

/** What speaks for a cause, as a label and the figure, member, run or file it was read from. */
export const CauseEvidence = z.object({ label: z.string(), value: z.string(), runId: z.string().nullable() });
export type CauseEvidence = z.infer<typeof CauseEvidence>;

const Person = z.object({ id: z.string(), name: z.string() });

/** Why there is a break, as the person explaining it says. */
export const ExplanationReason = z.enum([
  "timing",
  "mapping",
  "rejected-rows",
  "sign",
  "rate",
  "duplicate",
  "late-posting",
  "version",
  "rounding",
  "error-at-source",
  "other",
]);
export type ExplanationReason = z.infer<typeof ExplanationReason>;

/** A difference that needs explaining: one cell of one rule at one hop. Rows of the topic `breaks`, by id. */
export const BreakRow = z.object({
  kind: z.literal("break"),
  /** Made of rule, hop and cell, so that the same difference is the same break however often it is found. */
  id: z.string(),
  /** The same break of an earlier period, whose age it continues. */
  parent: z.string().nullable(),
  rule: z.string(),
  ruleTitle: z.string(),
  /** The version of the rule it was last found under. */
  ruleVersion: z.string(),
  /** The dataset it first shows at. */
  hop: z.string(),
  hopTitle: z.string(),
  entity: z.string(),
  period: PeriodKey,
  version: z.string(),
  /** Empty where the hop does not tell them apart. */
  ledger: z.string(),
  account: z.string(),
  currency: z.string(),
  measures: z.array(Measure),
  /** Target − source as a decimal string; for a break of counts alone, rows. */
  amount: z.string(),
  /** What amount is counted in: a currency code, or `rows`. */
  unit: z.string(),
  /** What is left after transform, rejected, filtered and in flight. */
  unexplained: z.string(),
  material: z.boolean(),
  cause: BreakCause,
  /** The suggestion in a sentence. */
  causeText: z.string(),
  evidence: z.array(CauseEvidence),
  runId: z.string().nullable(),
  correlationId: z.string().nullable(),
  mappingVersion: z.string().nullable(),
  state: BreakState,
  /** Whether the last check still found it. */
  present: z.boolean(),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  changedAt: Instant,
  age: z.object({ workDays: z.int(), days: z.int(), bucket: AgeBucket }),
  owner: Role,
  assignee: Person.nullable(),
  explanation: z.object({ reason: ExplanationReason, text: z.string(), by: Person, at: Instant }).nullable(),
  review: z.object({ by: Person, at: Instant }).nullable(),
  settlement: z.object({ by: Person, at: Instant, text: z.string() }).nullable(),
  /** How often it was opened again. */
  reopened: z.int(),
  comments: z.int(),
  attachments: z.int(),
  /** Grows with every change; acts name the one they saw. */
  revision: z.int(),
});
export type BreakRow = z.infer<typeof BreakRow>;

export const BreakComment = z.object({ id: z.string(), by: Person, at: Instant, text: z.string() });
export type BreakComment = z.infer<typeof BreakComment>;

export const BreakAttachment = z.object({
  id: z.string(),
  name: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  by: Person,
  at: Instant,
});
export type BreakAttachment = z.infer<typeof BreakAttachment>;

/** One step in a break's life; never changed afterwards. */
export const BreakStep = z.object({
  at: Instant,
  by: Person,
  /** `found`, `changed`, `reopened`, `tied`, `assigned`, `explained`, `reviewed`, `returned`, or the state it was settled to. */
  act: z.string(),
  from: BreakState.nullable(),
  to: BreakState,
  amount: z.string(),
  text: z.string(),
});
export type BreakStep = z.infer<typeof BreakStep>;

/** One break with all that was said and done about it, oldest first. */
export const BreakDetail = z.object({
  row: BreakRow,
  steps: z.array(BreakStep),
  comments: z.array(BreakComment),
  attachments: z.array(BreakAttachment),
});
export type BreakDetail = z.infer<typeof BreakDetail>;

/** What came of an act on many breaks: each of them was done or refused with a reason. */
export const BulkAnswer = z.object({
  done: z.array(BreakRow),
  refused: z.array(z.object({ id: z.string(), code: z.string(), reason: z.string() })),
});
export type BulkAnswer = z.infer<typeof BulkAnswer>;
