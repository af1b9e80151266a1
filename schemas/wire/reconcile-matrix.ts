import * as z from "zod";
import { Tolerance } from "../estate/flow.ts";
import { Role } from "../estate/role.ts";
import { Measure } from "../event/facets.ts";
import { Instant, PeriodKey } from "../instant.ts";
import { BreakRow } from "./break.ts";
import { TieLine } from "./line.ts";

/** tied · tolerated (within tolerance) · settled (every break explained and approved) · off · timing or on its way · not comparable · unknown · broken (the check does not work). */
export const MatrixState = z.enum([
  "tied",
  "tolerated",
  "settled",
  "off",
  "flight",
  "not-comparable",
  "unknown",
  "broken",
]);
export type MatrixState = z.infer<typeof MatrixState>;

const Amount = z.object({ currency: z.string(), amount: z.string() });

/** Key `head`. */
export const MatrixHead = z.object({
  kind: z.literal("head"),
  period: PeriodKey,
  title: z.string(),
  /** The latest check of any rule; null before the first. */
  checkedAt: Instant.nullable(),
  /** How many cells stand in each state; states nothing stands in are left out. */
  counts: z.partialRecord(MatrixState, z.int()),
  /** Absolute differences not settled yet, by currency, largest first. */
  atRisk: z.array(Amount),
  openBreaks: z.int(),
  unassigned: z.int(),
  inReview: z.int(),
});
export type MatrixHead = z.infer<typeof MatrixHead>;

/** Whether the planted difference of a rule was found. */
export const CanaryState = z.enum(["found", "missed", "not-run"]);
export type CanaryState = z.infer<typeof CanaryState>;

/** Key `rule:<id>`. */
export const MatrixRule = z.object({
  kind: z.literal("rule"),
  rule: z.string(),
  title: z.string(),
  ruleKind: z.enum(["flow", "sum", "budget"]),
  flow: z.string(),
  legs: z.array(z.object({ dataset: z.string(), title: z.string(), systemTitle: z.string() })),
  grain: z.array(z.string()),
  measures: z.array(Measure),
  tolerance: Tolerance,
  ruleVersion: z.string(),
  /** `stale`: approved in another version than the one now declared. */
  approval: z.object({
    state: z.enum(["approved", "stale", "none"]),
    by: z.string().nullable(),
    on: z.string().nullable(),
  }),
  canary: z.object({ state: CanaryState, amount: z.string(), dataset: z.string() }).nullable(),
  /** The worst of its cells. */
  state: MatrixState,
  openBreaks: z.int(),
  owner: Role,
});
export type MatrixRule = z.infer<typeof MatrixRule>;

/** Key `cell:<rule>:<entity>`: one rule for one entity. */
export const MatrixCell = z.object({
  kind: z.literal("cell"),
  rule: z.string(),
  entity: z.string(),
  currency: z.string(),
  state: MatrixState,
  /** Absolute difference not settled yet; null where none is known. */
  atRisk: z.string().nullable(),
  materiality: z.string(),
  material: z.boolean(),
  openBreaks: z.int(),
  /** Work days of the oldest open break; null without one. */
  oldestWorkDays: z.int().nullable(),
  /** The first hop that fails. */
  firstOff: z.object({ dataset: z.string(), title: z.string() }).nullable(),
  why: z.string(),
  checkedAt: Instant.nullable(),
  resultId: z.string().nullable(),
});
export type MatrixCell = z.infer<typeof MatrixCell>;

/** Rows of the topic `reconcile/{period}`. */
export const ReconcileRow = z.discriminatedUnion("kind", [MatrixHead, MatrixRule, MatrixCell]);
export type ReconcileRow = z.infer<typeof ReconcileRow>;

/** One measure of one cell at one hop: source + transform − rejected − filtered − in flight − target = unexplained. */
export const CellEquation = z.object({
  ledger: z.string(),
  account: z.string(),
  currency: z.string(),
  measure: Measure,
  source: z.string().nullable(),
  transform: z.string(),
  rejected: z.string(),
  filtered: z.string(),
  inFlight: z.string(),
  target: z.string().nullable(),
  unexplained: z.string(),
  /** Target − what the source and everything declared make it. */
  difference: z.string(),
  verdict: z.enum(["tied", "tolerated", "off", "flight", "not-comparable"]),
  breakId: z.string().nullable(),
});
export type CellEquation = z.infer<typeof CellEquation>;

/** A rule for one entity, drilled down: its line, and the cells of every hop, those that differ first. */
export const RuleDrill = z.object({
  line: TieLine,
  ruleVersion: z.string(),
  hops: z.array(
    z.object({
      dataset: z.string(),
      title: z.string(),
      /** The dimensions both sides tell apart. */
      grain: z.array(z.string()),
      cells: z.array(CellEquation),
      /** Cells left out because they tie, when only differences were asked for or the hop has more than 5,000. */
      more: z.int(),
    }),
  ),
  findings: z.array(z.object({ code: z.string(), text: z.string(), dataset: z.string() })),
});
export type RuleDrill = z.infer<typeof RuleDrill>;

/** What one leg of a check rested on. */
export const CheckInput = z.object({
  dataset: z.string(),
  namespace: z.string(),
  name: z.string(),
  version: z.string(),
  runId: z.string(),
  asOf: Instant.nullable(),
  completeThrough: Instant.nullable(),
  snapshotAsOf: Instant.nullable(),
  totals: z.int(),
  /** Over the totals in their order, so that what is read again can be told to be the same. */
  digest: z.string(),
});
export type CheckInput = z.infer<typeof CheckInput>;

/** One check of one rule for one entity and period, as stored. */
export const CheckResult = z.object({
  id: z.string(),
  rule: z.string(),
  ruleVersion: z.string(),
  entity: z.string(),
  period: PeriodKey,
  state: MatrixState,
  firstOff: z.string().nullable(),
  difference: z.string().nullable(),
  currency: z.string(),
  breaks: z.int(),
  checkedAt: Instant,
  trigger: z.enum(["arrival", "schedule", "demand"]),
  canary: CanaryState,
  findings: z.array(z.object({ code: z.string(), text: z.string(), dataset: z.string() })),
  inputs: z.array(CheckInput),
  /** The question to the store that yields each leg's totals. */
  question: z.string(),
  /** Over the whole verdict: state and every cell that does not tie. */
  verdictDigest: z.string(),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** A stored check computed again from what is stored: the same inputs, the same verdict. */
export const Recomputed = z.object({
  id: z.string(),
  proven: z.boolean(),
  inputsUnchanged: z.boolean(),
  verdictDigest: z.string(),
  /** What differs, in words; empty when proven. */
  differs: z.array(z.string()),
});
export type Recomputed = z.infer<typeof Recomputed>;

/** Checks asked for on demand, each with its line and what still has to be explained. */
export const CheckReport = z.object({
  period: PeriodKey,
  checks: z.array(
    z.object({
      rule: z.string(),
      title: z.string(),
      entity: z.string(),
      state: MatrixState,
      difference: z.string().nullable(),
      currency: z.string(),
      ruleVersion: z.string(),
      canary: CanaryState,
      findings: CheckResult.shape.findings,
      checkedAt: Instant,
      resultId: z.string(),
      line: TieLine,
      /** Breaks nobody approved an explanation for. */
      unexplained: z.array(BreakRow),
    }),
  ),
  /** How many of them are not settled, or cannot be trusted. */
  unexplained: z.int(),
});
export type CheckReport = z.infer<typeof CheckReport>;
