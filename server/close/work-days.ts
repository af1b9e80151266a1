import Holidays from "date-holidays";
import { v5 as uuidv5 } from "uuid";
import type { Calendar } from "../../schemas/estate/calendar.ts";
import { addDays, weekdayOf } from "./dates.ts";

/** The work days of one place. Dates are `YYYY-MM-DD`. */
export interface WorkDays {
  isWorkDay(date: string): boolean;
  /** WD+n, WD−n or, for 0, the period's last calendar day, counted from the period's end. */
  nth(endsOn: string, workDay: number): string;
  /** The inverse of `nth`: which work day a date is; null when nobody works on it. */
  numberOf(endsOn: string, date: string): number | null;
  /** Names the rules and days a count from this period's end rests on; it changes when any of them does. */
  version(endsOn: string): string;
}

/** No close lasts longer; a calendar without work days must not loop for ever. */
const LONGEST_SEARCH_DAYS = 120;
const CALENDARS = "0b1f7c1e-57a3-5d0c-8a44-2f6e1c9d7b30";

/** Counts by the kept public holidays of the calendar's country and region, with the estate's own days on top. */
export function workDaysOf(calendar: Calendar): WorkDays {
  const library = new Holidays(calendar.country, calendar.region ?? "");
  const holidays = new Map<string, Set<string>>();
  const own = new Map(calendar.days.map((day) => [day.date, day.workday]));
  const holidaysOf = (year: string) => {
    const known = holidays.get(year) ?? publicHolidays(library, Number(year));
    holidays.set(year, known);
    return known;
  };
  const isWorkDay = (date: string) =>
    own.get(date) ?? (!calendar.weekend.includes(weekdayOf(date)) && !holidaysOf(date.slice(0, 4)).has(date));

  const nth = (endsOn: string, workDay: number) => {
    if (workDay === 0) return endsOn;
    const step = Math.sign(workDay);
    let date = step > 0 ? addDays(endsOn, 1) : endsOn;
    for (let left = Math.abs(workDay), seen = 0; seen < LONGEST_SEARCH_DAYS; seen++, date = addDays(date, step)) {
      if (isWorkDay(date) && --left === 0) return date;
    }
    throw new RangeError(`calendar ${calendar.id} has no work day ${workDay} within ${LONGEST_SEARCH_DAYS} days`);
  };

  return {
    isWorkDay,
    nth,
    numberOf(endsOn, date) {
      if (!isWorkDay(date)) return null;
      const after = date > endsOn;
      let count = 0;
      for (let day = date; after ? day > endsOn : day <= endsOn; day = addDays(day, after ? -1 : 1)) {
        if (isWorkDay(day)) count++;
      }
      return after ? count : -count;
    },
    version(endsOn) {
      const years = [addDays(endsOn, -31).slice(0, 4), addDays(endsOn, 62).slice(0, 4)];
      const days = [...new Set(years)].flatMap((year) => [...holidaysOf(year)].sort());
      return uuidv5(
        JSON.stringify([calendar.country, calendar.region, calendar.weekend, calendar.days, days]),
        CALENDARS,
      );
    },
  };
}

function publicHolidays(library: Holidays, year: number): Set<string> {
  const days = new Set<string>();
  for (const holiday of library.getHolidays(year) || []) {
    // A holiday that begins in the afternoon leaves a morning to work in.
    if (holiday.type !== "public" || Number(holiday.date.slice(11, 13)) >= 12) continue;
    const length = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / 86_400_000));
    for (let day = 0; day < length; day++) days.add(addDays(holiday.date.slice(0, 10), day));
  }
  return days;
}
