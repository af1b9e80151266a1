import type { Estate } from "../../schemas/estate/estate.ts";
import type { Deadline } from "../../schemas/wire/board.ts";
import type { CalendarInstant, CalendarLoads, CalendarPreview } from "../../schemas/wire/calendar-preview.ts";
import { serves } from "../checks/estate-index.ts";
import { GROUP, type Calendars } from "./calendars.ts";
import { addDays } from "./dates.ts";
import type { Period } from "./periods.ts";
import { localTime } from "./wall-time.ts";

export interface PreviewInput {
  estate: Estate;
  calendars: Calendars;
  /** A key the estate's scheme knows. */
  period: string;
  /** Whose instants are shown; the group's always are. */
  entities: "all" | readonly string[];
}

/**
 * Every instant the calendars resolve for a period and why: each entity's period end, cut-offs and milestones, the
 * group's deadline, and the loads expected of every flow.
 * @throws {RangeError} for a period the estate does not have
 */
export function calendarPreview(input: PreviewInput): CalendarPreview {
  const { estate, calendars, entities } = input;
  const period = calendars.period(input.period);
  if (!period) throw new RangeError(`the estate has no period ${input.period}`);
  const shown = estate.entities.filter(({ id }) => entities === "all" || entities.includes(id)).map(({ id }) => id);
  const { title, startsOn, endsOn, adjustment } = period;
  return {
    ...{ period: period.period, title, startsOn, endsOn, adjustment },
    instants: [groupRow(input, period), ...shown.flatMap((entity) => entityRows(input, period, entity))],
    loads: shown.flatMap((entity) => loadsOf(input, period, entity)),
  };
}

function entityRows(input: PreviewInput, period: Period, entity: string): CalendarInstant[] {
  const { estate, calendars } = input;
  const { zone } = calendars.placeOf(period, entity);
  const at = calendars.periodEnd(period, entity);
  const end: CalendarInstant = {
    ...{ kind: "period-end", entity, milestone: null, title: "Period end", at, zone },
    ...{ local: localTime(at, zone), workDay: null, calendarVersion: null, calendars: [] },
    why: `The first instant after ${dateText(period.endsOn)} in ${zone}.`,
  };
  const due = estate.close.milestones.flatMap((milestone): CalendarInstant[] => {
    const { id, title, gate } = milestone;
    const deadline = calendars.milestoneDeadline(period, entity, milestone);
    const own = calendars.deadline(period, entity, milestone);
    const row = { kind: "milestone", entity, milestone: id, title } as const;
    const resolved = resolvedRow(input, period, row, deadline, own);
    if (gate.kind !== "flow" || !gate.cutOff) return [resolved];
    const cutOff = calendars.deadline(period, entity, { ...gate.cutOff, zone: "entity" });
    const before = { kind: "cut-off", entity, milestone: id, title: `${title}: data through` } as const;
    return [resolvedRow(input, period, before, cutOff, cutOff), resolved];
  });
  return [end, ...due];
}

function groupRow(input: PreviewInput, period: Period): CalendarInstant {
  const deadline = input.calendars.groupDeadline(period);
  const row = { kind: "group-deadline", entity: GROUP, milestone: null, title: "Group deadline" } as const;
  return resolvedRow(input, period, row, deadline, deadline);
}

/** @param own what the entity's own calendar would have said, where the group's deadline comes first */
function resolvedRow(
  { calendars }: PreviewInput,
  period: Period,
  row: Pick<CalendarInstant, "kind" | "entity" | "milestone" | "title">,
  deadline: Deadline,
  own: Deadline,
): CalendarInstant {
  const capped = deadline.at !== own.at;
  const countedBy = calendars.placeOf(period, capped ? GROUP : row.entity);
  const words = [`${wordsOf(period, deadline)}${offText(calendars, period, capped ? GROUP : row.entity, deadline)}`];
  if (capped) words.push(`The group’s deadline comes before the entity’s own, ${localText(own)}.`);
  return { ...row, ...deadline, calendars: [...countedBy.calendars], why: words.join(" ") };
}

/** `WD+1 after 31 October 2026 is Monday 2 November 2026; 18:00 in Europe/Berlin.` */
function wordsOf({ endsOn }: Period, { workDay, local, zone }: Deadline): string {
  const [date, time] = local.split("T") as [string, string];
  if (workDay === 0) return `Day 0 is the period’s last day, ${dateText(date)}; ${time} in ${zone}.`;
  const side = workDay > 0 ? `WD+${workDay} after` : `WD−${-workDay} counted back from`;
  return `${side} ${dateText(endsOn)} is ${dateText(date)}; ${time} in ${zone}.`;
}

function offText(calendars: Calendars, period: Period, entity: string, { workDay, local }: Deadline): string {
  if (workDay === 0) return "";
  const date = local.slice(0, 10);
  const [from, to] = workDay > 0 ? [addDays(period.endsOn, 1), date] : [date, period.endsOn];
  const off = calendars.daysOff(period, entity, from, to).map((day) => `${shortText(day.date)} (${day.because})`);
  return off.length > 0 ? ` Not worked: ${off.join(", ")}.` : "";
}

function loadsOf({ estate, calendars }: PreviewInput, period: Period, entity: string): CalendarLoads[] {
  return estate.flows
    .filter((flow) => serves(flow, entity))
    .map((flow) => ({
      ...{ flow: flow.id, title: flow.title, entity },
      zone: flow.cadence.zone === "entity" ? calendars.placeOf(period, entity).zone : zoneOf(estate, flow.cadence.zone),
      expected: [...calendars.occurrences(period, entity, flow)],
      closeWindow: calendars.closeWindow(period, entity, flow),
    }));
}

function zoneOf(estate: Estate, zone: string): string {
  return zone === GROUP ? estate.estate.zone : zone;
}

function localText({ local, zone }: Deadline): string {
  return `${dateText(local.slice(0, 10))} ${local.slice(11)} in ${zone}`;
}

const LONG = new Intl.DateTimeFormat("en-GB", {
  ...{ weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" },
});
const SHORT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

function dateText(date: string): string {
  return LONG.format(new Date(`${date}T00:00:00Z`)).replace(",", "");
}

function shortText(date: string): string {
  return SHORT.format(new Date(`${date}T00:00:00Z`));
}
