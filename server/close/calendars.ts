import type { Gate, Milestone } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Flow } from "../../schemas/estate/flow.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Deadline } from "../../schemas/wire/board.ts";
import { addDays } from "./dates.ts";
import { elapsedWorkDays, type ElapsedWorkDays } from "./elapsed-work-days.ts";
import { kept } from "./kept.ts";
import { occurrencesOf, type LoadingSpan } from "./occurrences.ts";
import { periodOf, periodOn, previousKey, type Period } from "./periods.ts";
import { GROUP, placesOf, type Place } from "./places.ts";
import { instantOf, localDate, startOfDay } from "./wall-time.ts";
import type { WorkDays } from "./work-days.ts";

export { GROUP } from "./places.ts";

/** Turns the estate's calendars into instants. Every answer is a pure function of the estate, kept once computed. */
export interface Calendars extends ElapsedWorkDays {
  /** Null when the estate's scheme has no such period. */
  period(key: string): Period | null;
  /** The regular period the group's local date falls into. */
  periodAt(at: Date): Period;
  previous(period: Period): Period;
  /** WD±n at a wall time in a zone (`entity`, `group` or IANA), counted on that zone's work days. */
  deadline(period: Period, entity: string, due: { workDay: number; at: string; zone: string }): Deadline;
  /** When a milestone is due for an entity: the earlier of its own instant and the group's deadline. */
  milestoneDeadline(period: Period, entity: string, milestone: Milestone): Deadline;
  /** A milestone as the group's calendar and zone see it, for the board's columns. */
  groupMilestone(period: Period, milestone: Milestone): Deadline;
  groupDeadline(period: Period): Deadline;
  /** The first instant after the period in the entity's zone. */
  periodEnd(period: Period, entity: string): Instant;
  /** What a flow gate must be complete through. */
  cutOff(period: Period, entity: string, gate: Extract<Gate, { kind: "flow" }>): Instant;
  /** The last instant any milestone needs a flow's data through: the latest cut-off of its gates. */
  neededThrough(period: Period, entity: string, flow: string): Instant;
  /** From when on the ledger should stand still: the latest cut-off of the flow's gates, or their due times without one. */
  postingCutOff(period: Period, entity: string, flow: string): Instant;
  /** Which work day of the close an instant falls on; null outside work days. `group` counts for the group. */
  workDayAt(period: Period, entity: string, at: Date): number | null;
  /** When a flow's loads are expected for an entity and period, oldest first. */
  occurrences(period: Period, entity: string, flow: Flow): readonly Instant[];
  /** When the close loads a flow more often, first and last instant; null where its cadence has no such window. */
  closeWindow(period: Period, entity: string, flow: Flow): { from: Instant; to: Instant } | null;
  /** Where an entity (or `group`) counts: its zone, and the ids of the calendars it keeps. */
  placeOf(period: Period, entity: string): { zone: string; calendars: readonly string[] };
  /** Days between two dates, both included, on which an entity (or `group`) does not work, and why. */
  daysOff(period: Period, entity: string, from: string, to: string): readonly { date: string; because: string }[];
}

const made = new WeakMap<Estate, Calendars>();

/** The estate's calendars, made once for each loaded estate. */
export function calendarsOf(estate: Estate): Calendars {
  const known = made.get(estate) ?? createCalendars(estate);
  made.set(estate, known);
  return known;
}

/** From now on `calendarsOf` answers these for the estate: calendars that know its earlier versions too. */
export function useCalendars(estate: Estate, calendars: Calendars): void {
  made.set(estate, calendars);
}

export function createCalendars(estate: Estate): Calendars {
  const { place, groupPlace } = placesOf(estate);
  const scheme = estate.estate.periods;
  const period = kept((key: string) => periodOf(scheme, key));
  const resolve = kept((periodKey: string, on: string, workDay: number, at: string, zone: string) => {
    const counted = zone === GROUP ? groupPlace : place(on);
    const inZone = zone === GROUP || zone === "entity" ? counted.zone : zone;
    return resolveDeadline(counted.days, period(periodKey)!, workDay, at, inZone);
  });
  const groupDeadline = (of: Period) => {
    const { workDay, at } = estate.close.groupDeadline;
    return resolve(of.period, GROUP, workDay, at, GROUP);
  };
  const milestoneDeadline: Calendars["milestoneDeadline"] = (of, entity, milestone) => {
    const own = resolve(of.period, entity, milestone.workDay, milestone.at, milestone.zone);
    const last = groupDeadline(of);
    return own.at <= last.at ? own : last;
  };
  const gatesOf = (flow: string) => estate.close.milestones.filter((milestone) => waitsFor(milestone, flow));
  const periodEnd = kept((periodKey: string, entity: string) =>
    startOfDay(addDays(period(periodKey)!.endsOn, 1), place(entity).zone),
  );
  const cutOff: Calendars["cutOff"] = (of, entity, gate) =>
    gate.cutOff
      ? resolve(of.period, entity, gate.cutOff.workDay, gate.cutOff.at, "entity").at
      : periodEnd(of.period, entity);
  return {
    period,
    periodAt: (at) => periodOn(scheme, localDate(at, groupPlace.zone)),
    previous: (of) => period(previousKey(of))!,
    deadline: (of, entity, due) => resolve(of.period, entity, due.workDay, due.at, due.zone),
    milestoneDeadline,
    groupMilestone: (of, milestone) => resolve(of.period, GROUP, milestone.workDay, milestone.at, GROUP),
    groupDeadline,
    periodEnd: (of, entity) => periodEnd(of.period, entity),
    cutOff,
    neededThrough: (of, entity, flow) =>
      latest(
        periodEnd(of.period, entity),
        gatesOf(flow).map((milestone) => cutOff(of, entity, milestone.gate)),
      ),
    postingCutOff: (of, entity, flow) =>
      latest(
        periodEnd(of.period, entity),
        gatesOf(flow).map((milestone) =>
          milestone.gate.cutOff ? cutOff(of, entity, milestone.gate) : milestoneDeadline(of, entity, milestone).at,
        ),
      ),
    workDayAt(of, entity, at) {
      const { days, zone } = entity === GROUP ? groupPlace : place(entity);
      return days.numberOf(of.endsOn, localDate(at, zone));
    },
    ...elapsedWorkDays(place),
    ...loadTimes(estate, period, place),
    ...whereAndWhen(place),
  };
}

/** When flows are loaded. */
function loadTimes(
  estate: Estate,
  period: Calendars["period"],
  place: (entity: string) => Place,
): Pick<Calendars, "occurrences" | "closeWindow"> {
  const cadencePlace = ({ cadence }: Flow, entity: string) => {
    const { days, zone } = place(cadence.zone === GROUP ? GROUP : entity);
    return { days, zone: [GROUP, "entity"].includes(cadence.zone) ? zone : cadence.zone };
  };
  const occurrences = kept((periodKey: string, entity: string, flowId: string) => {
    const flow = estate.flows.find((candidate) => candidate.id === flowId)!;
    const { days, zone } = cadencePlace(flow, entity);
    const of = period(periodKey)!;
    const span = loadingSpan(estate, flow, of, period(previousKey(of))!, days);
    return occurrencesOf(flow.cadence, of, span, days, zone);
  });
  return {
    occurrences: (of, entity, flow) => occurrences(of.period, entity, flow.id),
    closeWindow(of, entity, flow) {
      const { close } = flow.cadence;
      if (!close) return null;
      const { days, zone } = cadencePlace(flow, entity);
      const at = (workDay: number, time: string) => instantOf(`${days.nth(of.endsOn, workDay)}T${time}`, zone);
      return { from: at(close.fromWorkDay, close.from), to: at(close.toWorkDay, close.to) };
    },
  };
}

/** What is told of a place beside its deadlines. */
function whereAndWhen(place: (entity: string) => Place): Pick<Calendars, "placeOf" | "daysOff"> {
  return {
    placeOf(_of, entity) {
      const { zone, calendars } = place(entity);
      return { zone, calendars };
    },
    daysOff(_of, entity, from, to) {
      const { days } = place(entity);
      const off: { date: string; because: string }[] = [];
      for (let date = from; date <= to; date = addDays(date, 1)) {
        const because = days.offBecause(date);
        if (because !== null) off.push({ date, because });
      }
      return off;
    },
  };
}

/**
 * A period is loaded once the close before it is over, so that two periods are never expected of one schedule, until
 * the last day a milestone of its own close waits for the flow.
 */
function loadingSpan(estate: Estate, flow: Flow, period: Period, previous: Period, days: WorkDays): LoadingSpan {
  const waits = estate.close.milestones.filter((milestone) => waitsFor(milestone, flow.id));
  const last = flow.cadence.close?.toWorkDay ?? Math.max(0, ...waits.map((milestone) => milestone.workDay));
  const closeBefore = Math.max(last, estate.close.groupDeadline.workDay);
  const afterClose = addDays(days.nth(previous.endsOn, closeBefore), 1);
  const opensOn = period.adjustment || afterClose < period.startsOn ? period.startsOn : afterClose;
  return { opensOn, lastsOn: days.nth(period.endsOn, last) };
}

type FlowMilestone = Milestone & { gate: Extract<Gate, { kind: "flow" }> };

function waitsFor(milestone: Milestone, flow: string): milestone is FlowMilestone {
  return milestone.gate.kind === "flow" && milestone.gate.flow === flow;
}

function latest(first: Instant, others: Instant[]): Instant {
  return others.reduce((last, at) => (at > last ? at : last), first);
}

function resolveDeadline(days: WorkDays, period: Period, workDay: number, at: string, zone: string): Deadline {
  const local = `${days.nth(period.endsOn, workDay)}T${at}`;
  return { at: instantOf(local, zone), local, zone, workDay, calendarVersion: days.version(period.endsOn) };
}
