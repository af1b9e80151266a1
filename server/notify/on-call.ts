import type { Rotation } from "../../schemas/estate/route.ts";
import { GROUP, type Calendars } from "../close/calendars.ts";
import { addDays, daysBetween } from "../close/dates.ts";
import { instantOf, localDate } from "../close/wall-time.ts";

export interface Turn {
  /** The e-mail address of whose turn it is. */
  member: string;
  fromAt: string;
  untilAt: string;
}

/** No place is closed for longer. */
const LONGEST_REST_DAYS = 30;

/** Whose turn it is, and the turns after; before the rotation starts the first member has it. */
export function turnsFrom(rotation: Rotation, calendars: Calendars, now: Date, count = 2): Turn[] {
  const period = calendars.periodAt(now);
  const { zone } = calendars.placeOf(period, GROUP);
  const changeAt = (turn: number) => {
    const date = addDays(rotation.startsOn, turn * rotation.days);
    return instantOf(`${workedFrom(calendars, now, date)}T${rotation.at}`, zone);
  };
  let turn = Math.max(0, Math.floor(daysBetween(rotation.startsOn, localDate(now, zone)) / rotation.days));
  // The change may wait for a work day, or for its hour.
  while (turn > 0 && Date.parse(changeAt(turn)) > now.getTime()) turn--;
  return Array.from({ length: count }, (_, ahead) => ({
    member: rotation.members[(turn + ahead) % rotation.members.length]!,
    fromAt: changeAt(turn + ahead),
    untilAt: changeAt(turn + ahead + 1),
  }));
}

/** The date itself, or the first day after it on which the group works. */
function workedFrom(calendars: Calendars, now: Date, date: string): string {
  const off = new Set(
    calendars.daysOff(calendars.periodAt(now), GROUP, date, addDays(date, LONGEST_REST_DAYS)).map((each) => each.date),
  );
  let on = date;
  while (off.has(on)) on = addDays(on, 1);
  return on;
}
