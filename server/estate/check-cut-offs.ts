import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Deadline } from "../../schemas/wire/board.ts";
import { createCalendars, type Calendars } from "../close/calendars.ts";
import type { Period } from "../close/periods.ts";
import type { Complain } from "./named.ts";

/** Closes that are looked at, as fiscal years: enough for holidays to have moved, few enough to be reckoned at every load. */
const YEARS = { from: 2024, to: 2027 };
const PERIODS_OF_YEAR = 12;

/**
 * No milestone waits for data up to an instant after it is due: it could never be met in time. The group's deadline comes
 * before an entity's own where it is earlier, and entities with more days off reach a work day later.
 */
export function checkCutOffs(estate: Estate, complain: Complain): void {
  const calendars = createCalendars(estate);
  const periods = regularPeriods(calendars);
  for (const [at, milestone] of estate.close.milestones.entries()) {
    const late = firstLate(estate, calendars, periods, milestone);
    if (!late) continue;
    const { entity, period, cutOff, due, byGroup } = late;
    complain(
      ["close", "milestones", at, "gate", "cutOff"],
      `for ${entity} in ${period} the cut-off of “${milestone.id}” (${told(cutOff)}) comes after ${byGroup ? "the group deadline" : "it is due"} (${told(due)})`,
      byGroup ? "an earlier cut-off, or a later groupDeadline" : "an earlier cut-off, or a later workDay and at",
    );
  }
}

function regularPeriods(calendars: Calendars): Period[] {
  return Array.from({ length: (YEARS.to - YEARS.from + 1) * PERIODS_OF_YEAR }, (_, at) => {
    const [year, number] = [YEARS.from + Math.floor(at / PERIODS_OF_YEAR), (at % PERIODS_OF_YEAR) + 1];
    return calendars.period(`${year}-${String(number).padStart(2, "0")}`)!;
  });
}

function firstLate(estate: Estate, calendars: Calendars, periods: readonly Period[], milestone: Milestone) {
  const { gate } = milestone;
  if (gate.kind !== "flow" || !gate.cutOff) return null;
  const wanted = { ...gate.cutOff, zone: "entity" };
  for (const entity of differentPlaces(estate, gate.flow)) {
    for (const of of periods) {
      const due = calendars.milestoneDeadline(of, entity, milestone);
      const cutOff = calendars.deadline(of, entity, wanted);
      if (cutOff.at <= due.at) continue;
      const byGroup = due.at === calendars.groupDeadline(of).at;
      return { entity, period: of.period, cutOff, due, byGroup };
    }
  }
  return null;
}

/** One entity of the flow for each calendar and zone: all others of it reckon alike. */
function differentPlaces(estate: Estate, flow: string): string[] {
  const of = estate.flows.find(({ id }) => id === flow)?.entities ?? [];
  const places = new Map<string, string>();
  for (const { id, country, zone, calendar } of estate.entities) {
    const place = JSON.stringify([country, zone, calendar]);
    if (!places.has(place) && (of === "all" || of.includes(id))) places.set(place, id);
  }
  return [...places.values()];
}

function told({ local, zone }: Deadline): string {
  return `${local.slice(0, 16).replace("T", " ")} ${zone}`;
}
