import * as z from "zod";
import { ExceptionClass, ExceptionCode } from "../event/facets.ts";
import { Role } from "../estate/role.ts";
import { Instant, PeriodKey } from "../instant.ts";

/** A milestone's state for one entity; the same vocabulary everywhere in the console. */
export const CellState = z.enum(["done", "running", "at-risk", "held", "unknown", "not-due"]);
export type CellState = z.infer<typeof CellState>;

/** An entity's verdict: its worst mandatory gate. */
export const Verdict = z.enum(["closed", "ready", "on-course", "at-risk", "late", "held", "unknown"]);
export type Verdict = z.infer<typeof Verdict>;

/** A deadline as resolved: the instant, and what it was resolved from. */
export const Deadline = z.object({
  at: Instant,
  /** Local wall time, zone and calendar version the instant was computed from. */
  local: z.string(),
  zone: z.string(),
  workDay: z.int(),
  calendarVersion: z.string(),
});
export type Deadline = z.infer<typeof Deadline>;

/** What a controller let pass at a milestone for a time; see `signoff.ts`. */
export const CellWaiver = z.object({
  id: z.string(),
  waives: z.enum(["gate", "deadline"]),
  by: z.string(),
  reason: z.string(),
  expiresAt: Instant,
});
export type CellWaiver = z.infer<typeof CellWaiver>;

/** Where the sign-off of a milestone stands; `open` while nobody has signed. */
export const CellSignoff = z.object({
  id: z.string().nullable(),
  state: z.enum(["open", "prepared", "reviewed", "certified", "suspended", "withdrawn"]),
  /** The step it waits for; null once certified. */
  next: z.enum(["prepare", "review", "certify"]).nullable(),
  /** When it was suspended or withdrawn; null also for the moment until that is recorded. */
  endedAt: Instant.nullable(),
});
export type CellSignoff = z.infer<typeof CellSignoff>;

/** When a milestone that is not met will probably be, from the history of its loads. */
export const CellForecast = z.object({
  /** As likely before as after. */
  p50At: Instant,
  /** Nine times in ten before. */
  p90At: Instant,
  /** What takes longest of what is left; null where no load is awaited. */
  hop: z.object({ flow: z.string(), dataset: z.string(), title: z.string() }).nullable(),
  /** How many earlier loads of how many closes it rests on, and in words which. */
  samples: z.int(),
  closes: z.int(),
  basis: z.string(),
});
export type CellForecast = z.infer<typeof CellForecast>;

export const BoardCell = z.object({
  milestone: z.string(),
  state: CellState,
  /** met, late (met after), missed, due (not yet), not-due. */
  timing: z.enum(["met", "late", "missed", "due", "not-due"]),
  /** When it was met. */
  metAt: Instant.nullable(),
  deadline: Deadline,
  /** What a reader needs in a few words: "− 22,231.55 EUR", "71 %", "late". Amounts come apart so that the console formats them. */
  note: z.string().nullable(),
  amount: z.string().nullable(),
  currency: z.string().nullable(),
  progress: z.number().nullable(),
  /** Why it is so, in the controller's words. */
  why: z.string(),
  holds: z.array(z.string()),
  waiver: CellWaiver.nullable().optional(),
  /** Only at milestones that are signed. */
  signoff: CellSignoff.nullable().optional(),
  /** Null once it is met, and where history is too thin to say. */
  forecast: CellForecast.nullable().optional(),
});
export type BoardCell = z.infer<typeof BoardCell>;

/** One thing that holds the close: what, whom it hits, who has it, and the next act. */
export const Hold = z.object({
  kind: z.literal("hold"),
  id: z.string(),
  severity: z.enum(["S1", "S2", "S3", "S4"]),
  code: ExceptionCode,
  class: ExceptionClass,
  title: z.string(),
  text: z.string(),
  entity: z.string().nullable(),
  flow: z.string().nullable(),
  /** The estate's id of the dataset it shows at, which is what would be loaded again. */
  dataset: z.string().nullable(),
  amount: z.string().nullable(),
  currency: z.string().nullable(),
  owner: Role,
  sinceAt: Instant,
  /** The first deadline it endangers. */
  dueAt: Instant.nullable(),
  runId: z.string().nullable(),
  /** The one next act the console offers: run the load again, open the run, or look. */
  act: z.enum(["rerun", "open-run", "open-line", "none"]),
});
export type Hold = z.infer<typeof Hold>;

export const BoardEntity = z.object({
  kind: z.literal("entity"),
  entity: z.string(),
  name: z.string(),
  country: z.string(),
  currency: z.string(),
  zone: z.string(),
  verdict: Verdict,
  /** 0 is worst; ties keep the estate's order. */
  rank: z.int(),
  cells: z.array(BoardCell),
  gatesPassed: z.int(),
  gates: z.int(),
  /** The next deadline that is not met yet. */
  dueAt: Instant.nullable(),
});
export type BoardEntity = z.infer<typeof BoardEntity>;

export const BoardHead = z.object({
  kind: z.literal("head"),
  period: PeriodKey,
  title: z.string(),
  periods: z.array(
    z.object({ period: PeriodKey, title: z.string(), state: z.enum(["future", "open", "closing", "closed"]) }),
  ),
  milestones: z.array(z.object({ id: z.string(), title: z.string(), workDay: z.int() })),
  groupZone: z.string(),
  groupDeadlineAt: Instant,
  /** The group's work day now, counted from the period's end; null before WD−15 or outside work days. */
  workDay: z.int().nullable(),
  /** The milestone column "now" falls before. */
  nowMilestone: z.string().nullable(),
  counts: z.record(Verdict, z.int()),
  worst: z.array(z.string()),
  gatesPassed: z.int(),
  gates: z.int(),
  /** Unexplained amount per currency, as decimal strings. */
  unexplained: z.array(z.object({ currency: z.string(), amount: z.string() })),
  staleReports: z.array(z.object({ report: z.string(), title: z.string(), sinceAt: Instant, because: z.string() })),
});
export type BoardHead = z.infer<typeof BoardHead>;

/** Rows of the topic `close/{period}`: key `head`, `entity:DE01`, `hold:<id>`. */
export const CloseRow = z.discriminatedUnion("kind", [BoardHead, BoardEntity, Hold]);
export type CloseRow = z.infer<typeof CloseRow>;
