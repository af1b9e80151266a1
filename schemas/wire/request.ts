import * as z from "zod";
import { ExceptionClass, RequestAct } from "../estate/request.ts";
import { Instant, PeriodKey } from "../instant.ts";
import { StepKind } from "./plan.ts";

/**
 * waiting: for approval, or for a freeze to be lifted; requested: may begin; then as its steps go. Ended: completed,
 * failed, refused (by the vendor), rejected (by an approver), expired, withdrawn (the world changed), cancelled.
 */
export const RequestState = z.enum([
  "waiting",
  "requested",
  "dispatched",
  "running",
  "paused",
  "completed",
  "failed",
  "refused",
  "rejected",
  "expired",
  "withdrawn",
  "cancelled",
]);
export type RequestState = z.infer<typeof RequestState>;

/**
 * waiting: for the steps before it; claimed: in hand; dispatched: the vendor was asked; verifying: did the figures arrive
 * and tie; asking: for a person; blocked: a step before it did not succeed.
 */
export const StepState = z.enum([
  "waiting",
  "claimed",
  "dispatched",
  "running",
  "verifying",
  "asking",
  "done",
  "skipped",
  "failed",
  "blocked",
  "cancelled",
]);
export type StepState = z.infer<typeof StepState>;

/** What is asked for, as a body of `POST /api/v1/requests` and `…/plan`. Which settings an act needs, the server says. */
export const RequestBody = z.strictObject({
  act: RequestAct.default("sync"),
  flow: z.string().min(1).optional(),
  /** The hop a sync begins with, and the last it goes to. */
  dataset: z.string().min(1).optional(),
  through: z.string().min(1).optional(),
  entity: z.string().min(1).optional(),
  entities: z.array(z.string().min(1)).min(1).max(500).optional(),
  period: PeriodKey.optional(),
  periods: z.array(PeriodKey).min(1).max(60).optional(),
  /** Runs to do again, by their ids. */
  runs: z.array(z.string().min(1)).min(1).max(10_000).optional(),
  /** Which loads of the window; failed where absent. */
  only: z.enum(["failed", "affected", "rejected", "all"]).optional(),
  /** Quarantined inputs to take in, each as corrected or as it is. */
  items: z
    .array(z.strictObject({ id: z.string().min(1), text: z.string().max(1_000_000).optional() }))
    .min(1)
    .max(500)
    .optional(),
  system: z.string().min(1).optional(),
  from: Instant.optional(),
  /** What a freeze holds: `budget` flows of plan versions, one `flow`, or everything. */
  scope: z.enum(["budget", "flow", "everything"]).optional(),
  until: Instant.optional(),
  /** The freeze to be lifted; all emergency freezes of the flow without it. */
  freeze: z.string().min(1).optional(),
  runbook: z.string().min(1).optional(),
  class: ExceptionClass.optional(),
  reason: z.string().trim().min(1).max(500),
  /** The plan that was looked at; another one is refused. */
  digest: z.string().length(64).optional(),
});
export type RequestBody = z.infer<typeof RequestBody>;

/** How a step's figures stood once its run had ended. */
export const Verification = z.object({
  state: z.enum(["tied", "off", "carries", "unknown", "not-asked"]),
  text: z.string(),
});
export type Verification = z.infer<typeof Verification>;

/** Why a step failed: what may be done about it depends on it. */
export const StepFault = z.enum(["refused", "failed", "unclear", "never-seen", "does-not-tie", "cancelled-late"]);
export type StepFault = z.infer<typeof StepFault>;

/** A step as it stands. Rows of the topic `request/<id>`, by `step:<id>`. */
export const StepRow = z.object({
  kind: z.literal("step"),
  step: z.string(),
  ordinal: z.int(),
  does: StepKind,
  title: z.string(),
  system: z.string().nullable(),
  job: z.string().nullable(),
  entity: z.string().nullable(),
  period: z.string().nullable(),
  dataset: z.string().nullable(),
  after: z.array(z.string()),
  state: StepState,
  fault: StepFault.nullable(),
  attempt: z.int(),
  runId: z.string().nullable(),
  adopted: z.boolean(),
  dispatchedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  /** 0 to 1 while its run goes on, where the vendor says or history lets it be reckoned. */
  progress: z.number().nullable(),
  outcome: z.string().nullable(),
  verification: Verification.nullable(),
  /** Who dealt with it after it had failed, and how. */
  resolution: z.object({ act: z.string(), by: z.string(), at: Instant, reason: z.string() }).nullable(),
});
export type StepRow = z.infer<typeof StepRow>;

export const ApprovalGiven = z.object({
  personId: z.string(),
  name: z.string(),
  role: z.string(),
  /** In whose place, down the chain of delegations; empty for the person's own right. */
  onBehalfOf: z.array(z.string()),
  decision: z.enum(["approve", "reject", "break-glass"]),
  statement: z.string(),
  digest: z.string(),
  at: Instant,
});
export type ApprovalGiven = z.infer<typeof ApprovalGiven>;

/** Breaks and sign-offs of the window before and after. */
export const LoopReport = z.object({
  madeAt: Instant,
  resolved: z.array(z.string()),
  appeared: z.array(z.string()),
  unchanged: z.array(z.string()),
  signoffs: z.array(
    z.object({ entity: z.string(), period: z.string(), title: z.string(), before: z.string(), after: z.string() }),
  ),
  text: z.string(),
  digest: z.string(),
});
export type LoopReport = z.infer<typeof LoopReport>;

/** What is being held back, and by whom. */
export const FreezeRow = z.object({
  id: z.string(),
  kind: z.enum(["emergency", "calendar"]),
  title: z.string(),
  scope: z.enum(["budget", "flow", "everything"]),
  flows: z.array(z.string()),
  acts: z.array(RequestAct),
  reason: z.string(),
  by: z.string(),
  fromAt: Instant,
  untilAt: Instant.nullable(),
});
export type FreezeRow = z.infer<typeof FreezeRow>;

export const DelegationRow = z.object({
  id: z.string(),
  from: z.object({ id: z.string(), name: z.string() }),
  to: z.object({ id: z.string(), name: z.string() }),
  fromAt: Instant,
  untilAt: Instant,
  reason: z.string(),
});
export type DelegationRow = z.infer<typeof DelegationRow>;

/** A schedule of the estate with its next occurrences and what came of the last. */
export const ScheduleRow = z.object({
  id: z.string(),
  title: z.string(),
  flow: z.string(),
  /** The rule in words: `WD+6 09:00 entity time`, or the cron expression. */
  when: z.string(),
  next: z.array(z.object({ at: Instant, entities: z.array(z.string()), period: z.string() })),
  last: z.object({ at: Instant, requestId: z.string().nullable(), outcome: z.string() }).nullable(),
});
export type ScheduleRow = z.infer<typeof ScheduleRow>;

/** How hard a system is being driven now. */
export const QuotaRow = z.object({
  system: z.string(),
  title: z.string(),
  perMinute: z.number(),
  /** Calls left right now. */
  left: z.number(),
  concurrency: z.int(),
  underWay: z.int(),
  waiting: z.int(),
});
export type QuotaRow = z.infer<typeof QuotaRow>;

/** A step that failed and that nobody has dealt with. */
export const DeadLetter = StepRow.extend({
  requestId: z.string(),
  requestTitle: z.string(),
  parameters: z.record(z.string(), z.string()),
  /** Whether asking again under the same key is safe: the run it may have started would be adopted. */
  redrive: z.enum(["same-key", "new-attempt", "no"]),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** Rows of the topic `desk`: freezes, quotas, failed steps and schedules, each by its kind and id. */
export const DeskRow = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("freeze"), freeze: FreezeRow }),
  z.object({ kind: z.literal("quota"), quota: QuotaRow }),
  z.object({ kind: z.literal("dead"), dead: DeadLetter }),
  z.object({ kind: z.literal("schedule"), schedule: ScheduleRow }),
  z.object({ kind: z.literal("delegation"), delegation: DelegationRow }),
]);
export type DeskRow = z.infer<typeof DeskRow>;
