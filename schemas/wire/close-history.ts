import * as z from "zod";
import { PeriodKey, Instant } from "../instant.ts";

/** One milestone over all entities of one close. */
export const CloseStep = z.object({
  milestone: z.string(),
  title: z.string(),
  /** Entities that have passed it, and those that passed it by its deadline. */
  met: z.int(),
  onTime: z.int(),
  /** The median over entities, in minutes: since the period's end, and since what it waited for. Null where none passed it. */
  sinceEndMinutes: z.int().nullable(),
  tookMinutes: z.int().nullable(),
});
export type CloseStep = z.infer<typeof CloseStep>;

/** How one close went. */
export const CloseSummary = z.object({
  period: PeriodKey,
  title: z.string(),
  entities: z.int(),
  closed: z.int(),
  /** When the last entity had passed its last mandatory gate; null while any has not. */
  closedAt: Instant.nullable(),
  /** From the period's end in the group's zone to `closedAt`, in days of 24 hours, and the group's work day it fell on. */
  daysToClose: z.number().nullable(),
  workDay: z.int().nullable(),
  /** Share of deadlines kept among those that have passed, 0 to 1; null where none has. */
  onTimeRate: z.number().nullable(),
  steps: z.array(CloseStep),
  /** Where most time went: the milestone whose median step took longest. */
  longest: z.string().nullable(),
});
export type CloseSummary = z.infer<typeof CloseSummary>;

/** A close beside those before it, newest first. */
export const CloseHistory = z.object({
  current: CloseSummary,
  previous: z.array(CloseSummary),
  /** Over the previous closes that ended: medians. */
  usual: z.object({ daysToClose: z.number().nullable(), onTimeRate: z.number().nullable() }),
});
export type CloseHistory = z.infer<typeof CloseHistory>;
