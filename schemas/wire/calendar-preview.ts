import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";

/** One instant the calendars resolve, with what it was resolved from. */
export const CalendarInstant = z.object({
  kind: z.enum(["period-end", "cut-off", "milestone", "group-deadline"]),
  /** An entity's id, or `group`. */
  entity: z.string(),
  /** Null for a period's end and the group's deadline. */
  milestone: z.string().nullable(),
  title: z.string(),
  at: Instant,
  /** Wall time `2026-11-02T18:00` and IANA zone it was resolved from. */
  local: z.string(),
  zone: z.string(),
  /** Counted from the period's end; null for the end itself. */
  workDay: z.int().nullable(),
  /** Names the rules and days it rests on; null where no work day was counted. */
  calendarVersion: z.string().nullable(),
  /** Ids of the calendars the work day was counted by. */
  calendars: z.array(z.string()),
  /** How it came about, as sentences. */
  why: z.string(),
});
export type CalendarInstant = z.infer<typeof CalendarInstant>;

/** When a flow's loads of a period are expected for an entity, oldest first. */
export const CalendarLoads = z.object({
  flow: z.string(),
  title: z.string(),
  entity: z.string(),
  zone: z.string(),
  expected: z.array(Instant),
  /** First and last instant of the loads the close adds; null without them. */
  closeWindow: z.object({ from: Instant, to: Instant }).nullable(),
});
export type CalendarLoads = z.infer<typeof CalendarLoads>;

/** Everything the calendars resolve for one period, before anything has happened in it. */
export const CalendarPreview = z.object({
  period: PeriodKey,
  title: z.string(),
  /** First and last calendar day, both included. */
  startsOn: z.iso.date(),
  endsOn: z.iso.date(),
  adjustment: z.boolean(),
  instants: z.array(CalendarInstant),
  loads: z.array(CalendarLoads),
});
export type CalendarPreview = z.infer<typeof CalendarPreview>;
