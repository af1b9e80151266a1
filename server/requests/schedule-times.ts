import { Cron } from "croner";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Schedule } from "../../schemas/estate/request.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import { GROUP, type Calendars } from "../close/calendars.ts";

/** One time a schedule comes due. */
export interface Occurrence {
  at: string;
  /** What tells occurrences of one instant apart: an entity, or `all`. */
  place: string;
  entities: string[];
  period: string;
}

/** Occurrences of a schedule after an instant and up to another, oldest first; at most `limit`. */
export function occurrencesBetween(
  estate: Estate,
  calendars: Calendars,
  schedule: Schedule,
  [after, until]: readonly [Date, Date],
  limit = 100,
): Occurrence[] {
  const found = schedule.calendar
    ? calendarTimes(estate, calendars, schedule, after)
    : cronTimes(estate, calendars, schedule, [after, until], limit);
  return found
    .filter(({ at }) => at > after.toISOString() && at <= until.toISOString())
    .sort((a, b) => (a.at === b.at ? a.place.localeCompare(b.place) : a.at < b.at ? -1 : 1))
    .slice(0, limit);
}

/** The rule of a schedule in words. */
export function scheduleWords({ calendar, cron, zone }: Schedule): string {
  if (!calendar) return `${cron} in ${zone} time`;
  const day = calendar.workDay > 0 ? `WD+${calendar.workDay}` : `WD${calendar.workDay}`.replace("-", "−");
  const where = calendar.zone === "entity" || calendar.zone === GROUP ? `${calendar.zone} time` : calendar.zone;
  return `${day} ${calendar.at} ${where}`;
}

function entitiesOf(estate: Estate, schedule: Schedule): string[] {
  const flow = indexOf(estate).flow(schedule.flow);
  const named = schedule.entities === "all" ? estate.entities.map(({ id }) => id) : schedule.entities;
  return named.filter((entity) => serves(flow, entity));
}

function cronTimes(
  estate: Estate,
  calendars: Calendars,
  schedule: Schedule,
  [after, until]: readonly [Date, Date],
  limit: number,
): Occurrence[] {
  const timezone = schedule.zone === GROUP ? estate.estate.zone : schedule.zone;
  const cron = new Cron(schedule.cron!, { timezone, paused: true });
  const entities = entitiesOf(estate, schedule);
  const found: Occurrence[] = [];
  for (let at = cron.nextRun(after); at && at <= until && found.length < limit; at = cron.nextRun(at)) {
    found.push({ at: at.toISOString(), place: "all", entities, period: calendars.periodAt(at).period });
  }
  return found;
}

/** The work day of the closes around an instant; entities that come due together are one occurrence. */
function calendarTimes(estate: Estate, calendars: Calendars, schedule: Schedule, around: Date): Occurrence[] {
  const current = calendars.periodAt(around);
  const before = calendars.previous(current);
  const year = [calendars.previous(before), before, current];
  const next = calendars.period(nextKey(current.period));
  return [...year, ...(next ? [next] : [])].flatMap((period) => {
    const due = entitiesOf(estate, schedule).map((entity) => ({
      entity,
      at: calendars.deadline(period, entity, schedule.calendar!).at,
    }));
    return [...Map.groupBy(due, ({ at }) => at)].map(([at, own]) => ({
      ...{ at, place: period.period, period: period.period },
      entities: own.map(({ entity }) => entity),
    }));
  });
}

function nextKey(period: string): string {
  const [year = 0, number = 0] = period.split("-").map(Number);
  return number >= 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
}

/** What is wrong with a cron expression or its zone; null where nothing is. */
export function cronObjection(cron: string): string | null {
  if (cron.trim().split(/\s+/).length !== 5) return "it has not five fields";
  try {
    return new Cron(cron, { paused: true }).nextRun() === null ? "it never comes due" : null;
  } catch (error) {
    return (error as Error).message;
  }
}
