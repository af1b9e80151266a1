import Holidays from "date-holidays";
import { Temporal } from "temporal-polyfill";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { CloseTime } from "../scenario.ts";

export interface Period {
  period: string;
  fiscalYear: number;
  fiscalPeriod: number;
  startsOn: string;
  endsOn: string;
}

/** Days and instants of the estate. An entity of null is the group: its own calendar and zone. */
export interface WorkDays {
  isWorkDay(entity: string | null, date: string): boolean;
  /** WD+1 is the first work day after the period's end, WD−1 the last on or before it, 0 the period's last day. */
  dateOf(entity: string | null, period: string, workDay: number): string;
  /** The local date of an instant. */
  dateAt(entity: string | null, instant: number): string;
  /** Epoch milliseconds of a local time. */
  instant(entity: string | null, date: string, time: string): number;
}

const instants = new Map<string, number>();

export function createWorkDays(estate: Estate): WorkDays {
  const entities = new Map(estate.entities.map((entity) => [entity.id, entity]));
  const calendarsOf = (id: string | null): Estate["calendars"] => {
    const entity = id === null ? null : entities.get(id)!;
    const wanted = [(entity ? entity.calendar : estate.close.calendar) ?? []].flat();
    const declared = estate.calendars.filter((calendar) => wanted.includes(calendar.id));
    if (declared.length > 0) return declared;
    return [{ id: entity!.country, country: entity!.country, weekend: [6, 7], days: [] }];
  };
  const days = new Map<string, (date: string) => boolean>();
  const isWorkDay = (id: string | null, date: string) =>
    calendarsOf(id).every((calendar) => {
      if (!days.has(calendar.id)) days.set(calendar.id, workDaysOf(calendar));
      return days.get(calendar.id)!(date);
    });
  const zoneOf = (id: string | null) => (id === null ? estate.estate.zone : entities.get(id)!.zone);
  return {
    isWorkDay,
    dateAt: (id, instant) =>
      Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zoneOf(id)).toPlainDate().toString(),
    dateOf(id, period, workDay) {
      let date = periodOf(period).endsOn;
      if (workDay === 0) return date;
      const step = workDay > 0 ? 1 : -1;
      if (step > 0) date = addDays(date, 1);
      for (let left = Math.abs(workDay); ; date = addDays(date, step)) {
        if (isWorkDay(id, date) && --left === 0) return date;
      }
    },
    instant(id, date, time) {
      const text = `${date}T${time}[${zoneOf(id)}]`;
      let instant = instants.get(text);
      if (instant === undefined) instants.set(text, (instant = Temporal.ZonedDateTime.from(text).epochMilliseconds));
      return instant;
    },
  };
}

function workDaysOf(calendar: Estate["calendars"][number]): (date: string) => boolean {
  const own = new Map(calendar.days.map((day) => [day.date, day.workday]));
  return (date) => {
    const weekDay = new Date(date).getUTCDay() || 7;
    return own.get(date) ?? (!calendar.weekend.includes(weekDay) && !holidaysOf(calendar, date.slice(0, 4)).has(date));
  };
}

/** Reckoned once a process, whatever number of worlds is made: each takes longer than the rest of a small world. */
const holidays = new Map<string, Set<string>>();

function holidaysOf({ country, region = "" }: Estate["calendars"][number], year: string): Set<string> {
  const key = [country, region, year].join("|");
  let known = holidays.get(key);
  if (!known) {
    const all = country ? new Holidays(country, region).getHolidays(Number(year)) : [];
    known = new Set(all.filter(({ type }) => type === "public").map(({ date }) => date.slice(0, 10)));
    holidays.set(key, known);
  }
  return known;
}

export function periodOf(key: string): Period {
  const fiscalYear = Number(key.slice(0, 4));
  const fiscalPeriod = Number(key.slice(5));
  const endsOn = new Date(Date.UTC(fiscalYear, fiscalPeriod, 0)).toISOString().slice(0, 10);
  return { period: key, fiscalYear, fiscalPeriod, startsOn: `${key}-01`, endsOn };
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The period a date before this month belonged to. */
export function periodBefore(period: string): string {
  return addDays(`${period}-01`, -1).slice(0, 7);
}

/** A moment of a close as epoch milliseconds. */
export function closeInstant(days: WorkDays, entity: string | null, period: string, time: CloseTime): number {
  return days.instant(entity, days.dateOf(entity, period, time.workDay), time.at);
}
