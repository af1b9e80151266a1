import { v5 as uuidv5 } from "uuid";
import type { Calendar } from "../../schemas/estate/calendar.ts";
import { addDays, dateOf, dayOf, weekdayOf } from "./dates.ts";
import { kept } from "./kept.ts";
import { computedHolidays, publicHolidays } from "./public-holidays.ts";

/** The work days of one place, which may keep several calendars at once. Dates are `YYYY-MM-DD`. */
export interface WorkDays {
  isWorkDay(date: string): boolean;
  /**
   * WD+n, WD−n or, for 0, the period's last calendar day, counted from the period's end.
   * @throws {RangeError} where nobody works for so long that there is no such day
   */
  nth(endsOn: string, workDay: number): string;
  /** The inverse of `nth`: which work day a date is; null when nobody works on it. */
  numberOf(endsOn: string, date: string): number | null;
  /** Why nobody works on a date, in a few words; null on a work day. */
  offBecause(date: string): string | null;
  /** Names the rules and days a count from this period's end rests on; it changes when any of them does. */
  version(endsOn: string): string;
}

/** No close lasts longer; a calendar without work days must not loop for ever. */
const LONGEST_SEARCH_DAYS = 120;
const CALENDARS = "0b1f7c1e-57a3-5d0c-8a44-2f6e1c9d7b30";
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** A place works on the days all its calendars work on. */
export function workDaysOf(...calendars: readonly Calendar[]): WorkDays {
  const calendarDays = calendars.map(keptDays);
  const versions = new Map<string, string>();
  const works = (day: number) => calendarDays.every((calendar) => calendar.works(day));

  const nth = (endsOn: string, workDay: number) => {
    if (workDay === 0) return endsOn;
    const step = Math.sign(workDay);
    let day = dayOf(endsOn) + (step > 0 ? 1 : 0);
    for (let left = Math.abs(workDay), seen = 0; seen < LONGEST_SEARCH_DAYS; seen++, day += step) {
      if (works(day) && --left === 0) return dateOf(day);
    }
    const names = calendars.map(({ id }) => id).join(" and ");
    throw new RangeError(`calendar ${names} has no work day ${workDay} within ${LONGEST_SEARCH_DAYS} days`);
  };

  const versionOf = (years: readonly number[]) => {
    const rules = calendarDays.map((calendar) => calendar.rules(years));
    return uuidv5(JSON.stringify(calendars.length === 1 ? rules[0] : rules), CALENDARS);
  };

  return {
    isWorkDay: (date) => works(dayOf(date)),
    nth,
    numberOf(endsOn, date) {
      const [end, on] = [dayOf(endsOn), dayOf(date)];
      if (!works(on)) return null;
      const [first, last] = on > end ? [end + 1, on] : [on, end];
      let count = 0;
      for (let day = first; day <= last; day++) if (works(day)) count++;
      return on > end ? count : -count;
    },
    offBecause(date) {
      const reasons = calendarDays.map((calendar) => calendar.offBecause(date)).filter((why) => why !== null);
      return reasons.length > 0 ? [...new Set(reasons)].join(", ") : null;
    },
    version(endsOn) {
      const known = versions.get(endsOn);
      if (known !== undefined) return known;
      const years = [addDays(endsOn, -31), addDays(endsOn, 62)].map((date) => Number(date.slice(0, 4)));
      const key = [...new Set(years)].join();
      const version = versions.get(key) ?? versionOf(key.split(",").map(Number));
      versions.set(key, version).set(endsOn, version);
      return version;
    },
  };
}

/** One calendar: the public holidays of its country or region, its weekend, and the estate's own days on top. */
function keptDays({ country, region, weekend, days }: Calendar) {
  const own = new Map(days.map(({ date, workday }) => [dayOf(date), workday]));
  const holidaysIn = kept((year: number) => (country === undefined ? [] : publicHolidays(country, region, year)));
  const holidays = new Map<number, Set<number>>();
  const isHoliday = (day: number) => {
    const year = new Date(day * 86_400_000).getUTCFullYear();
    const known = holidays.get(year) ?? new Set(holidaysIn(year).map(dayOf));
    holidays.set(year, known);
    return known.has(day);
  };
  return {
    works: (day: number) => own.get(day) ?? (!weekend.includes(weekdayOf(day)) && !isHoliday(day)),
    offBecause(date: string): string | null {
      const day = dayOf(date);
      if (own.has(day)) return own.get(day) ? null : days.find((each) => each.date === date)!.name;
      if (country !== undefined && isHoliday(day))
        return computedHolidays(country, region, Number(date.slice(0, 4))).get(date) ?? `public holiday in ${country}`;
      return weekend.includes(weekdayOf(day)) ? WEEKDAYS[weekdayOf(day) - 1]! : null;
    },
    rules: (years: readonly number[]) => [country, region, weekend, days, years.flatMap((year) => holidaysIn(year))],
  };
}
