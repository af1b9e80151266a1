import type { PeriodScheme } from "../../schemas/estate/calendar.ts";
import { addDays, daysBetween, firstOfMonth } from "./dates.ts";

/** A fiscal period with its first and last calendar day, both inclusive. */
export interface Period {
  period: string;
  title: string;
  fiscalYear: number;
  number: number;
  startsOn: string;
  endsOn: string;
  /** Adjustment periods lie on the last day of the twelfth unless the estate gives them days of their own. */
  adjustment: boolean;
}

const LAST_REGULAR = 12;
const WEEKS = { "4-4-5": [4, 4, 5], "4-5-4": [4, 5, 4], "5-4-4": [5, 4, 4] } as const;
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/**
 * The period of a key such as `2026-10`; null when the scheme has no such period. A fiscal year bears the number of
 * the calendar year it starts in (months) or most of it lies in (week schemes).
 */
export function periodOf(scheme: PeriodScheme, key: string): Period | null {
  const [year, number] = key.split("-").map(Number);
  if (!year || !number || number > LAST_REGULAR + scheme.adjustmentPeriods) return null;
  const own = scheme.own.find(({ period }) => period === key);
  const span = spanOf(scheme, year, number);
  return {
    period: key,
    title: own?.title ?? titleOf(scheme, year, number, span.startsOn),
    fiscalYear: year,
    number,
    ...span,
    adjustment: number > LAST_REGULAR,
  };
}

/** The regular period a calendar date falls into. */
export function periodOn(scheme: PeriodScheme, date: string): Period {
  const near = Number(date.slice(0, 4));
  for (const year of [near + 1, near, near - 1]) {
    if (spanOf(scheme, year, 1).startsOn > date) continue;
    for (let number = LAST_REGULAR; number >= 1; number--) {
      if (spanOf(scheme, year, number).startsOn <= date) return periodOf(scheme, keyOf(year, number))!;
    }
  }
  throw new RangeError(`no period holds ${date}`);
}

/** The key of the regular period before; adjustment periods come after the twelfth, so theirs is the twelfth. */
export function previousKey(period: Period): string {
  if (period.adjustment) return keyOf(period.fiscalYear, LAST_REGULAR);
  return period.number > 1 ? keyOf(period.fiscalYear, period.number - 1) : keyOf(period.fiscalYear - 1, LAST_REGULAR);
}

export function keyOf(year: number, number: number): string {
  return `${year}-${String(number).padStart(2, "0")}`;
}

interface Span {
  startsOn: string;
  endsOn: string;
}

function spanOf(scheme: PeriodScheme, year: number, number: number): Span {
  const own = scheme.own.find(({ period }) => period === keyOf(year, number));
  if (own) return { startsOn: own.startsOn, endsOn: own.endsOn };
  if (number <= LAST_REGULAR) return regularSpan(scheme, year, number);
  const { endsOn } = spanOf(scheme, year, LAST_REGULAR);
  return { startsOn: endsOn, endsOn };
}

function regularSpan(scheme: PeriodScheme, year: number, number: number): Span {
  if (scheme.scheme === "months") {
    const month = scheme.firstMonth + number - 1;
    return { startsOn: firstOfMonth(year, month), endsOn: addDays(firstOfMonth(year, month + 1), -1) };
  }
  const quarter = WEEKS[scheme.scheme];
  let weeks = 0;
  for (let before = 0; before < number - 1; before++) weeks += quarter[before % 3]!;
  const began = weekYearStart(scheme, year);
  const length = quarter[(number - 1) % 3]! * 7;
  const startsOn = addDays(began, weeks * 7);
  // The twelfth period takes the 53rd week of the years that have one.
  const endsOn = number === LAST_REGULAR ? addDays(weekYearStart(scheme, year + 1), -1) : addDays(startsOn, length - 1);
  return { startsOn, endsOn };
}

/** Week years start on the weekday of the first one, on the date nearest to its anniversary. */
function weekYearStart(scheme: PeriodScheme, year: number): string {
  const first = scheme.startsOn!;
  const firstYear = Number(addDays(first, 182).slice(0, 4));
  const anniversary = `${Number(first.slice(0, 4)) + year - firstYear}${first.slice(4)}`;
  return addDays(first, Math.round(daysBetween(first, anniversary) / 7) * 7);
}

function titleOf(scheme: PeriodScheme, year: number, number: number, startsOn: string): string {
  if (number > LAST_REGULAR) return `Period ${number}, ${year}`;
  if (scheme.scheme === "months") return MONTH.format(new Date(`${startsOn}T00:00:00Z`));
  return `Period ${number}, ${year}`;
}
