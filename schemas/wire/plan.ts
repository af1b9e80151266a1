import * as z from "zod";
import { Approvals, ClosePhase, ExceptionClass, RequestAct } from "../estate/request.ts";
import { Instant, PeriodKey } from "../instant.ts";

/** drive: start a job; rerun: the vendor's own; follow: the load that comes by itself; reverse: take back a posting. */
export const StepKind = z.enum([
  "drive",
  "rerun",
  "follow",
  "reverse",
  "resubmit",
  "recollect",
  "rebuild",
  "freeze",
  "unfreeze",
  "check",
  "confirm",
]);
export type StepKind = z.infer<typeof StepKind>;

/** What keeps figures from being loaded twice by a step. */
export const Prevention = z.enum([
  "vendor-key",
  "adopted-run",
  "replaces",
  "run-ledger",
  "target-check",
  "reversal",
  "nothing",
]);
export type Prevention = z.infer<typeof Prevention>;

export const Expected = z.object({ p50Seconds: z.number(), p90Seconds: z.number() });
export type Expected = z.infer<typeof Expected>;

export const PlanStep = z.object({
  /** `s1`, `s2` … in an order the steps could be done in. */
  id: z.string(),
  kind: StepKind,
  title: z.string(),
  system: z.string().nullable(),
  job: z.string().nullable(),
  parameters: z.record(z.string(), z.string()),
  flow: z.string().nullable(),
  dataset: z.string().nullable(),
  /** Null where the step serves no entity alone. */
  entity: z.string().nullable(),
  period: PeriodKey.nullable(),
  /** Steps that must be done before. */
  after: z.array(z.string()),
  /** The run done again, and its vendor's key for it. */
  runId: z.string().nullable(),
  vendorRunKey: z.string().nullable(),
  fromFailure: z.boolean(),
  /** What would be loaded twice, and what prevents it. */
  twice: z.object({ prevented: Prevention, text: z.string() }).nullable(),
  /** A run of the same job under way, which is adopted. */
  underWay: z.string().nullable(),
  expected: Expected.nullable(),
  /** What takes back what the step posts, should a later one fail. */
  reverse: z.object({ job: z.string(), parameters: z.record(z.string(), z.string()) }).nullable(),
  /** Further settings of steps that drive no system. */
  settings: z.record(z.string(), z.string()),
});
export type PlanStep = z.infer<typeof PlanStep>;

/** Something to know before agreeing. `stop`: it cannot be done so. */
export const Finding = z.object({
  kind: z.enum([
    "nothing",
    "everything",
    "cycle",
    "not-drivable",
    "twice",
    "period",
    "signoff",
    "report",
    "deadline",
    "quota",
    "freeze",
    "under-way",
    "reversal",
  ]),
  weight: z.enum(["stop", "warn", "note"]),
  text: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const PlanTouches = z.object({
  entities: z.array(z.string()),
  periods: z.array(z.string()),
  flows: z.array(z.string()),
  systems: z.array(z.string()),
  /** Filled by a step, and further downstream of one; estate ids. */
  datasets: z.array(z.string()),
  downstream: z.array(z.string()),
  reports: z.array(z.string()),
  milestones: z.array(z.string()),
});
export type PlanTouches = z.infer<typeof PlanTouches>;

/** What would be done, before anything is. */
export const Plan = z.object({
  act: RequestAct,
  title: z.string(),
  class: ExceptionClass,
  phase: ClosePhase,
  steps: z.array(PlanStep),
  findings: z.array(Finding),
  touches: PlanTouches,
  expected: Expected.nullable(),
  /** Calls each system gets, beside what it takes a minute. */
  quotas: z.array(z.object({ system: z.string(), calls: z.int(), perMinute: z.number(), concurrency: z.int() })),
  approval: z.object({ policy: z.string(), approvals: Approvals, expiresHours: z.number(), text: z.string() }),
  /** SHA-256 of the canonical JSON (RFC 8785) of what an approval binds. */
  digest: z.string(),
  madeAt: Instant,
});
export type Plan = z.infer<typeof Plan>;
