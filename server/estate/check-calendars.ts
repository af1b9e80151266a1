import Holidays from "date-holidays";
import type { Calendar, CalendarIds } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import { addDays, firstOfMonth } from "../close/dates.ts";
import { workDaysOf } from "../close/work-days.ts";
import type { Path } from "./estate-text.ts";
import { idsOf, mustBe, type Complain } from "./named.ts";
import { hasHolidays, isCountry } from "./places.ts";

/** Calendars leave days to work on and agree with each other, and every entity has one. */
export function checkCalendars(estate: Estate, complain: Complain): void {
  for (const [at, calendar] of estate.calendars.entries()) {
    checkRegion(calendar, ["calendars", at], complain);
    checkDays(calendar, ["calendars", at], complain);
  }
  checkKept(estate, estate.close.calendar, ["close", "calendar"], complain);
  for (const [at, { id, calendar, country }] of estate.entities.entries()) {
    if (calendar !== undefined) checkKept(estate, calendar, ["entities", at, "calendar"], complain);
    else if (isCountry(country) && !hasHolidays(country)) {
      complain(
        ["entities", at],
        `“${id}” has no calendar, and no holidays are known for ${country}`,
        "calendar: and the id of a calendar that lists its days",
      );
    }
  }
}

function checkRegion({ country, region }: Calendar, path: Path, complain: Complain): void {
  if (country !== undefined && !hasHolidays(country)) {
    complain(
      [...path, "country"],
      `no holidays are known for country “${country}”`,
      "an ISO 3166 code such as DE, or no country and all days listed under days",
    );
  } else if (region !== undefined) {
    const regions = Object.keys((country && new Holidays().getStates(country)) || {});
    if (!regions.includes(region)) {
      const what = country ? `${country} has no region “${region}”` : `a region “${region}” without a country`;
      complain([...path, "region"], what, `one of ${regions.join(", ") || "none"}`);
    }
  }
}

function checkDays(calendar: Calendar, path: Path, complain: Complain): void {
  const seen = new Set<string>();
  for (const [of, { date, name }] of calendar.days.entries()) {
    if (seen.has(date))
      complain([...path, "days", of], `“${calendar.id}” lists ${date} twice (${name})`, "each day once, worked or not");
    seen.add(date);
  }
  if (new Set(calendar.weekend).size === 7) {
    complain([...path, "weekend"], `“${calendar.id}” has no work day at all`, "at most six days of weekend");
  } else checkMonths([calendar], [...path, "days"], complain);
}

/** Calendars kept together must exist, must not contradict each other, and must leave days to work on. */
function checkKept(estate: Estate, kept: CalendarIds, path: Path, complain: Complain): void {
  const ids = [kept].flat();
  for (const [of, id] of ids.entries())
    mustBe(idsOf(estate.calendars), id, "calendar", Array.isArray(kept) ? [...path, of] : path, complain);
  const calendars = ids.flatMap((id) => estate.calendars.find((calendar) => calendar.id === id) ?? []);
  if (calendars.length < 2) return;
  const names = calendars.map(({ id }) => `“${id}”`).join(" and ");
  const said = new Map<string, { id: string; workday: boolean }>();
  for (const { id, days } of calendars) {
    for (const { date, workday } of days) {
      const earlier = said.get(date);
      if (earlier && earlier.workday !== workday) {
        const [on, off] = workday ? [id, earlier.id] : [earlier.id, id];
        complain(
          path,
          `on ${date} “${on}” is worked and “${off}” is not`,
          "calendars that agree on days they both list",
        );
      }
      said.set(date, { id, workday });
    }
  }
  if (new Set(calendars.flatMap(({ weekend }) => weekend)).size === 7)
    complain(path, `${names} together leave no day of the week to work on`, "calendars that share a work day");
  else checkMonths(calendars, path, complain);
}

/** Work days are counted from month to month, so a month the estate takes off whole has nothing to count. */
function checkMonths(calendars: readonly Calendar[], path: Path, complain: Complain): void {
  const days = workDaysOf(...calendars);
  const months = new Set(calendars.flatMap((calendar) => calendar.days.map(({ date }) => date.slice(0, 7))));
  for (const month of months) {
    const [year, number] = month.split("-").map(Number) as [number, number];
    const next = firstOfMonth(year, number + 1);
    let date = `${month}-01`;
    while (date < next && !days.isWorkDay(date)) date = addDays(date, 1);
    if (date < next) continue;
    const names = calendars.map(({ id }) => `“${id}”`).join(" and ");
    complain(path, `${names} leave no work day in ${month}`, "at least one work day in every month");
    return;
  }
}
