import * as z from "zod";
import { PeriodKey } from "../instant.ts";
import { Role } from "./role.ts";

/** A wall-clock time, `18:00`. */
export const LocalTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time as HH:MM, for example 18:00");

const LocalDate = z.iso.date();

/** A period the company cuts itself: a short year after a change of year end, or an adjustment period of its own days. */
const OwnPeriod = z.strictObject({
  period: PeriodKey,
  title: z.string().optional(),
  startsOn: LocalDate,
  /** The last day, included; the close counts its work days from here. */
  endsOn: LocalDate,
});

/** How fiscal periods are cut. `4-4-5` and its variants start on the given date; adjustment periods follow the last. */
export const PeriodScheme = z.strictObject({
  scheme: z.enum(["months", "4-4-5", "4-5-4", "5-4-4"]),
  /** The month a fiscal year starts in, 1 to 12; only for `months`. */
  firstMonth: z.int().min(1).max(12).default(1),
  /** The first day of the first fiscal year; only for week schemes. */
  startsOn: LocalDate.optional(),
  /** Extra periods after the twelfth. */
  adjustmentPeriods: z.int().min(0).max(4).default(0),
  /** Periods cut otherwise than the scheme would; an adjustment period without days of its own lies on the year's last. */
  own: z.array(OwnPeriod).default([]),
});
export type PeriodScheme = z.infer<typeof PeriodScheme>;

/** Work days of one place: the public holidays of a country or region, and the estate's own days on top. */
export const Calendar = z.strictObject({
  id: z.string(),
  /** ISO 3166; without one only the weekend and the estate's own days are kept. */
  country: z.string().length(2).optional(),
  region: z.string().optional(),
  /** 1 Monday … 7 Sunday. */
  weekend: z.array(z.int().min(1).max(7)).default([6, 7]),
  days: z.array(z.strictObject({ date: LocalDate, name: z.string(), workday: z.boolean().default(false) })).default([]),
});
export type Calendar = z.infer<typeof Calendar>;

/** One calendar, or several kept at once: then only days are worked that all of them work. */
export const CalendarIds = z.union([z.string(), z.array(z.string()).min(1)]);
export type CalendarIds = z.infer<typeof CalendarIds>;

/** What makes a milestone met. */
export const Gate = z.discriminatedUnion("kind", [
  /**
   * The flow has delivered up to a cut-off: the watermark of `through` (a dataset of the flow; its last by default) has
   * passed `cutOff`, by default the period's end in the entity's zone.
   */
  z.strictObject({
    kind: z.literal("flow"),
    flow: z.string(),
    through: z.string().optional(),
    cutOff: z.strictObject({ workDay: z.int(), at: LocalTime }).optional(),
  }),
  /** The reconciliation ties at every hop, or its breaks are within tolerance. */
  z.strictObject({ kind: z.literal("reconciliation"), reconciliation: z.string() }),
  /**
   * Three people have signed: one prepared it, another reviewed it, and a third of this role certified it; and what
   * they signed still stands.
   */
  z.strictObject({ kind: z.literal("signoff"), role: Role, close: z.enum(["soft", "hard"]).default("hard") }),
  /** The systems of record told that the period is shut at least so far, in every ledger and subledger they tell of. */
  z.strictObject({ kind: z.literal("period-status"), status: z.enum(["soft", "closed", "locked"]).default("closed") }),
  /** Every milestone named in `after` is met; nothing else is asked. */
  z.strictObject({ kind: z.literal("predecessors") }),
]);
export type Gate = z.infer<typeof Gate>;

/** A step of the close every entity passes, due on a work day counted from the period's end. */
export const Milestone = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** WD+1 is the first work day after the period's end, WD−1 the last on or before it; 0 means the period's last calendar day. */
  workDay: z.int().min(-15).max(25),
  at: LocalTime,
  /** `entity`, `group`, or an IANA zone. */
  zone: z.string().default("entity"),
  after: z.array(z.string()).default([]),
  gate: Gate,
  mandatory: z.boolean().default(true),
  /** The first period it is asked of; earlier ones pass it with what it waits for. */
  since: PeriodKey.optional(),
  owner: Role,
});
export type Milestone = z.infer<typeof Milestone>;

/** The close calendar: milestones, and the group's own last word. */
export const CloseCalendar = z.strictObject({
  /** What counts the group's work days. */
  calendar: CalendarIds,
  milestones: z.array(Milestone).min(1),
  groupDeadline: z.strictObject({ workDay: z.int(), at: LocalTime }),
});
export type CloseCalendar = z.infer<typeof CloseCalendar>;
