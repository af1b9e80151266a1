import type { ClosePhase } from "../../schemas/estate/route.ts";
import { GROUP, type Calendars } from "../close/calendars.ts";
import { periodInView } from "../close/period-in-view.ts";
import type { Period } from "../close/periods.ts";

/** The group's close runs from the start of WD−1 to its deadline. */
export function closePhaseAt(calendars: Calendars, now: Date): ClosePhase {
  const posting = calendars.periodAt(now);
  // WD−1 lies in the period still being posted to, everything after it in the next.
  const closes = [posting, calendars.previous(posting)];
  return closes.some((period) => spans(calendars, period, { fromWorkDay: -1 }, now)) ? "close" : "open";
}

/** Whether an instant lies between two work days of the group's close, both whole. */
export function duringClose(
  calendars: Calendars,
  days: { fromWorkDay: number; toWorkDay: number },
  now: Date,
): boolean {
  const posting = calendars.periodAt(now);
  return [posting, calendars.previous(posting)].some((period) => spans(calendars, period, days, now));
}

/** The close people mean at an instant. */
export function closeInView(calendars: Calendars, now: Date): Period {
  return periodInView(calendars, now);
}

function spans(
  calendars: Calendars,
  period: Period,
  { fromWorkDay, toWorkDay }: { fromWorkDay: number; toWorkDay?: number },
  now: Date,
): boolean {
  const at = now.getTime();
  const edge = (workDay: number, time: string) =>
    Date.parse(calendars.deadline(period, GROUP, { workDay, at: time, zone: GROUP }).at);
  const until =
    toWorkDay === undefined ? Date.parse(calendars.groupDeadline(period).at) : edge(toWorkDay, "23:59") + 60_000;
  return edge(fromWorkDay, "00:00") <= at && at < until;
}
