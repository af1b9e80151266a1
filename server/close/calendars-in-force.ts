import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Instant } from "../../schemas/instant.ts";
import { createCalendars, GROUP, type Calendars } from "./calendars.ts";
import { kept } from "./kept.ts";
import type { Period } from "./periods.ts";

/** An estate as it was loaded at some time. */
export interface EstateVersion {
  estate: Estate;
  loadedAt: Instant;
}

interface Version {
  estate: Estate;
  calendars: Calendars;
  loadedAt: Instant;
}

/**
 * Calendars by which a close that is over is judged as it was then: each period by the version of the estate in force
 * at its group deadline. A period still open, and one that was over before anything was recorded, is judged by the
 * current version; so are entities, flows and milestones that version did not have.
 *
 * @param earlier versions in the order they were loaded, the current one last
 */
export function calendarsInForce(current: Estate, earlier: readonly EstateVersion[]): Calendars {
  const now = createCalendars(current);
  const versions = versionsOf(current, now, earlier);
  if (versions.length < 2) return now;
  const inForce = kept((key: string): Version => {
    const of = versions.findLast(({ calendars, loadedAt }) => {
      const period = calendars.period(key);
      return period !== null && loadedAt <= calendars.groupDeadline(period).at;
    });
    return of ?? versions.at(-1)!;
  });
  const then = (period: Period) => inForce(period.period);
  /** The version's calendars, or the current ones for an entity it did not have. */
  const knowing = (period: Period, entity: string) => {
    const { estate, calendars } = then(period);
    return entity === GROUP || estate.entities.some(({ id }) => id === entity) ? calendars : now;
  };
  const milestoneOf = (period: Period, milestone: Milestone) =>
    then(period).estate.close.milestones.find(({ id }) => id === milestone.id) ?? milestone;
  const flowAt = (period: Period, entity: string, flow: string) => {
    const was = then(period).estate.flows.find(({ id }) => id === flow);
    return was ? { calendars: knowing(period, entity), flow: was } : { calendars: now, flow: null };
  };
  return {
    period: (key) => inForce(key).calendars.period(key),
    periodAt: now.periodAt,
    previous: (period) => {
      const { period: key } = then(period).calendars.previous(period);
      return inForce(key).calendars.period(key) ?? then(period).calendars.previous(period);
    },
    deadline: (period, entity, due) => knowing(period, entity).deadline(period, entity, due),
    milestoneDeadline: (period, entity, milestone) =>
      knowing(period, entity).milestoneDeadline(period, entity, milestoneOf(period, milestone)),
    groupMilestone: (period, milestone) =>
      then(period).calendars.groupMilestone(period, milestoneOf(period, milestone)),
    groupDeadline: (period) => then(period).calendars.groupDeadline(period),
    periodEnd: (period, entity) => knowing(period, entity).periodEnd(period, entity),
    cutOff(period, entity, gate) {
      const milestone = current.close.milestones.find((each) => each.gate === gate);
      const was = milestone && milestoneOf(period, milestone).gate;
      return knowing(period, entity).cutOff(period, entity, was?.kind === "flow" ? was : gate);
    },
    neededThrough: (period, entity, flow) => flowAt(period, entity, flow).calendars.neededThrough(period, entity, flow),
    postingCutOff: (period, entity, flow) => flowAt(period, entity, flow).calendars.postingCutOff(period, entity, flow),
    workDayAt: (period, entity, at) => knowing(period, entity).workDayAt(period, entity, at),
    workDaysAfter: now.workDaysAfter,
    workDaysBetween: now.workDaysBetween,
    occurrences(period, entity, flow) {
      const was = flowAt(period, entity, flow.id);
      return was.calendars.occurrences(period, entity, was.flow ?? flow);
    },
    closeWindow(period, entity, flow) {
      const was = flowAt(period, entity, flow.id);
      return was.calendars.closeWindow(period, entity, was.flow ?? flow);
    },
    placeOf: (period, entity) => knowing(period, entity).placeOf(period, entity),
    daysOff: (period, entity, from, to) => knowing(period, entity).daysOff(period, entity, from, to),
  };
}

/** Versions that resolve instants differently from the one before, oldest first, the current one last. */
function versionsOf(current: Estate, now: Calendars, earlier: readonly EstateVersion[]): Version[] {
  const versions: (Version & { rules: string })[] = [];
  for (const { estate, loadedAt } of earlier) {
    const rules = rulesOf(estate);
    if (versions.at(-1)?.rules === rules) continue;
    versions.push({ estate, loadedAt, rules, calendars: createCalendars(estate) });
  }
  const last = versions.at(-1);
  if (last?.rules !== rulesOf(current)) return [];
  return [...versions.slice(0, -1), { ...last, estate: current, calendars: now }];
}

/** Everything of an estate an instant is resolved from. */
function rulesOf({ estate, entities, calendars, close, flows }: Estate): string {
  return JSON.stringify([
    [estate.zone, estate.periods, calendars, close],
    entities.map(({ id, country, zone, calendar }) => [id, country, zone, calendar]),
    flows.map(({ id, cadence }) => [id, cadence]),
  ]);
}
