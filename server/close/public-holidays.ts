import Holidays from "date-holidays";
import kept from "./holidays.json" with { type: "json" };
import { addDays } from "./dates.ts";

const COUNTRIES: Readonly<Record<string, readonly string[]>> = kept.countries;

/**
 * The public holidays of a country (ISO 3166) or one of its regions in a calendar year, as dates. Countries come from
 * the days kept in `holidays.json` as long as they reach, so that a newer holiday library moves no deadline by itself;
 * regions and other years are computed.
 */
export function publicHolidays(country: string, region: string | undefined, year: number): readonly string[] {
  const days = region === undefined ? COUNTRIES[country]?.[year - kept.firstYear] : undefined;
  if (days === undefined) return [...computedHolidays(country, region, year).keys()];
  return days.split(" ").map((day) => `${year}-${day.slice(0, 2)}-${day.slice(2)}`);
}

/** Public holidays as the library has them: date → name in English, in order. */
export function computedHolidays(country: string, region: string | undefined, year: number): Map<string, string> {
  const days = new Map<string, string>();
  for (const holiday of libraryOf(country, region).getHolidays(year) || []) {
    // A holiday that begins in the afternoon leaves a morning to work in.
    if (holiday.type !== "public" || Number(holiday.date.slice(11, 13)) >= 12) continue;
    const length = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / 86_400_000));
    for (let day = 0; day < length; day++) {
      const date = addDays(holiday.date.slice(0, 10), day);
      if (!days.has(date)) days.set(date, holiday.name);
    }
  }
  return new Map([...days].sort(([one], [other]) => (one < other ? -1 : 1)));
}

const libraries = new Map<string, Holidays>();

function libraryOf(country: string, region: string | undefined): Holidays {
  const key = `${country} ${region ?? ""}`;
  const known = libraries.get(key);
  if (known) return known;
  const library = new Holidays(country, region ?? "", { languages: "en", types: ["public"] });
  libraries.set(key, library);
  return library;
}
