import type { Calendars } from "../close/calendars.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Between two readings while a close is on, and outside one; well within what every vendor still remembers. */
const CLOSE_STEP = 8 * HOUR;
const QUIET_STEP = 3 * DAY;
/** Work days of the group between which a close is on. */
const CLOSE_FROM = -1;
const CLOSE_TO = 8;

/**
 * When to read the systems while the demo's history is played in: a few times a day during a close,
 * every few days otherwise.
 */
export function historyStops(calendars: Calendars, group: string, from: Date, until: Date): Date[] {
  const stops: Date[] = [];
  for (let at = from.getTime() + CLOSE_STEP; at < until.getTime();) {
    stops.push(new Date(at));
    at += inClose(calendars, group, new Date(at)) ? CLOSE_STEP : QUIET_STEP;
  }
  return stops;
}

function inClose(calendars: Calendars, group: string, at: Date): boolean {
  const current = calendars.periodAt(at);
  return [current, calendars.previous(current)].some((period) => {
    const workDay = calendars.workDayAt(period, group, at);
    return workDay !== null && workDay >= CLOSE_FROM && workDay <= CLOSE_TO;
  });
}
