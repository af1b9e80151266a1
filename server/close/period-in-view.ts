import type { Calendars } from "./calendars.ts";
import type { Period } from "./periods.ts";

/** A close stays in view this long after the group's deadline, for what is left to clear, in milliseconds. */
const AFTERGLOW = 3 * 86_400_000;

/**
 * The period people mean when they name none: the one being closed, and from a few days after the group's deadline on
 * the one being posted to.
 */
export function periodInView(calendars: Calendars, now: Date): Period {
  const posting = calendars.periodAt(now);
  const closing = calendars.previous(posting);
  return now.getTime() < Date.parse(calendars.groupDeadline(closing).at) + AFTERGLOW ? closing : posting;
}
