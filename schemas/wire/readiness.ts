import * as z from "zod";
import { Role } from "../estate/role.ts";
import { Instant, PeriodKey } from "../instant.ts";
import { BoardCell, CellState, CellWaiver, Deadline, Hold, Verdict } from "./board.ts";
import { PeriodStatusRow } from "./period-status.ts";
import { SignoffRow, Waiver } from "./signoff.ts";

/** What speaks for a gate's state, and where to look: a tie-out line, a run, a hold, a sign-off. */
export const GateEvidence = z.object({
  label: z.string(),
  /** An instant, an amount with its currency or words, as text; `instant` tells the console to write it in a zone. */
  value: z.string(),
  format: z.enum(["text", "instant"]),
  link: z.object({ kind: z.enum(["line", "run", "hold", "signoff"]), id: z.string() }).nullable(),
});
export type GateEvidence = z.infer<typeof GateEvidence>;

/** The one next act: who should do what. `wait` where nobody need do anything. */
export const NextAct = z.object({
  act: z.enum(["wait", "rerun", "open-run", "open-line", "look", "prepare", "review", "certify"]),
  owner: Role,
  text: z.string(),
  hold: z.string().nullable(),
});
export type NextAct = z.infer<typeof NextAct>;

/** One thing that must be so before an entity is closed. */
export const ReadinessGate = z.object({
  /** The milestone's id; `no-blockers` for the gate every entity has: nothing weighs too much to certify. */
  id: z.string(),
  title: z.string(),
  gate: z.enum(["flow", "reconciliation", "signoff", "predecessors", "period-status", "no-blockers"]),
  mandatory: z.boolean(),
  state: CellState,
  timing: BoardCell.shape.timing.nullable(),
  deadline: Deadline.nullable(),
  metAt: Instant.nullable(),
  why: z.string(),
  evidence: z.array(GateEvidence),
  /** Null once it is met. */
  next: NextAct.nullable(),
  waiver: CellWaiver.nullable(),
  holds: z.array(z.string()),
});
export type ReadinessGate = z.infer<typeof ReadinessGate>;

/** A step of the longest way to the end of the close. */
export const PathStep = z.object({
  milestone: z.string(),
  title: z.string(),
  state: CellState,
  metAt: Instant.nullable(),
  deadline: Deadline,
  /** Minutes it was met, or now is, before its deadline; negative after it. */
  slackMinutes: z.int(),
  /** Minutes from the step before it being met; null while either is not. */
  tookMinutes: z.int().nullable(),
});
export type PathStep = z.infer<typeof PathStep>;

/** Can this entity close this period, and if not, who is holding it? Topic `readiness/{period}/{entity}`, key `entity`. */
export const EntityReadiness = z.object({
  kind: z.literal("readiness"),
  entity: z.string(),
  name: z.string(),
  country: z.string(),
  currency: z.string(),
  zone: z.string(),
  period: PeriodKey,
  title: z.string(),
  verdict: Verdict,
  /** The gate the verdict is of; null once closed. */
  worst: z.string().nullable(),
  gatesPassed: z.int(),
  gatesAsked: z.int(),
  gates: z.array(ReadinessGate),
  criticalPath: z.array(PathStep),
  holds: z.array(Hold),
  periodStatuses: z.array(PeriodStatusRow),
  signoffs: z.array(SignoffRow),
  waivers: z.array(Waiver),
});
export type EntityReadiness = z.infer<typeof EntityReadiness>;

/** A dashboard that shows numbers it should not. Topic `impact/{period}`, by report. */
export const ReportImpact = z.object({
  kind: z.literal("impact"),
  report: z.string(),
  title: z.string(),
  owner: Role,
  audience: z.array(Role),
  /** stale: it lacks newer figures; wrong: what it shows differs from the ledger's, or came from what does. */
  shows: z.enum(["stale", "wrong"]),
  entities: z.array(z.string()),
  sinceAt: Instant,
  /** Root causes, worst first. */
  because: z.array(z.object({ hold: z.string().nullable(), text: z.string() })),
});
export type ReportImpact = z.infer<typeof ReportImpact>;
