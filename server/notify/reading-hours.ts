import type { Hours } from "../../schemas/estate/route.ts";
import type { Calendars } from "../close/calendars.ts";
import { addDays } from "../close/dates.ts";
import { instantOf, localDate } from "../close/wall-time.ts";

/** No place is closed for longer. */
const LONGEST_REST_DAYS = 30;

/**
 * Null within the hours an entity (or `group`) keeps, else the instant they begin again, on its own work days and in its
 * zone. Hours that end before they begin run past midnight.
 */
export function hoursBeginAt(hours: Hours, calendars: Calendars, entity: string, now: Date): string | null {
  const period = calendars.periodAt(now);
  const { zone } = calendars.placeOf(period, entity);
  const today = localDate(now, zone);
  const last = addDays(today, LONGEST_REST_DAYS);
  const off =
    hours.days === "every-day"
      ? new Set<string>()
      : new Set(calendars.daysOff(period, entity, addDays(today, -1), last).map(({ date }) => date));
  for (let date = addDays(today, -1); date <= last; date = addDays(date, 1)) {
    if (off.has(date)) continue;
    const from = instantOf(`${date}T${hours.from}`, zone);
    const to = instantOf(`${hours.to > hours.from ? date : addDays(date, 1)}T${hours.to}`, zone);
    if (Date.parse(from) > now.getTime()) return from;
    if (now.getTime() < Date.parse(to)) return null;
  }
  return null;
}

/** The next of some times of day, in the group's zone. */
export function nextOf(times: readonly string[], zone: string, now: Date): string {
  const today = localDate(now, zone);
  const coming = [today, addDays(today, 1)].flatMap((date) => times.map((time) => instantOf(`${date}T${time}`, zone)));
  return coming.sort().find((at) => Date.parse(at) > now.getTime())!;
}
