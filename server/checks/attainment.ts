import Big from "big.js";
import type { Flow } from "../../schemas/estate/flow.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Attainment, LoadTally } from "../../schemas/wire/attainment.ts";
import { startOf } from "../reconcile/legs.ts";
import { serves } from "./estate-index.ts";
import { EARLY_MINUTES } from "./expected-runs.ts";
import { flowViewOf, type FlowView, type Judging } from "./flow-view.ts";
import { agesAt } from "./freshness-ages.ts";
import { deliveries } from "./met-at.ts";
import { addMinutes, momentOf, type Moment } from "./moment.ts";

export interface AttainmentInput extends Judging {
  now: Date;
  entities: "all" | readonly string[];
  /** Kept between calls, so that only what moved is counted again; starts as an empty map. */
  memo?: AttainmentMemo;
}

export type AttainmentMemo = Map<string, { version: number; moment: Moment; tally: LoadTally | null }>;

/** How one expected load went. */
export interface ExpectedLoad {
  expectedAt: Instant;
  /** The instant its data should have arrived by. */
  dueAt: Instant;
  /** When data at least as new first had arrived; null while it has not. */
  arrivedAt: Instant | null;
  standing: "met" | "late" | "missed" | "due" | "not-due";
  neverStarted: boolean;
}

/** Every flow in each of the periods given, in that order. A period an entity is not known of counts nothing for it. */
export function attainments(input: AttainmentInput, periods: readonly string[]): Attainment[] {
  return periods.flatMap((key) => input.estate.flows.map((flow) => attainmentOf(input, flow, key)));
}

/**
 * How the loads expected of a flow for one entity and period went, oldest first. A load is in time when the data itself
 * had come so far, whichever run brought it; the success of a run alone counts for nothing.
 */
export function expectedLoads(view: FlowView, moment: Moment): ExpectedLoad[] {
  const { flow, occurrences, closeWindow } = view;
  const arrivals = arrivalsFrom(view);
  const starts = view.hops[0]!.runs.map(startOf);
  return occurrences.map((expectedAt, at) => {
    const within = flow.objective?.withinMinutes ?? agesAt(flow, closeWindow, expectedAt).dueMinutes;
    const dueAt = addMinutes(expectedAt, within);
    const from = addMinutes(expectedAt, -EARLY_MINUTES);
    const arrivedAt = arrivals(from);
    const until = occurrences[at + 1] === undefined ? "9999" : addMinutes(occurrences[at + 1]!, -EARLY_MINUTES);
    const neverStarted =
      moment.pastBy(expectedAt, flow.cadence.graceMinutes) && !starts.some((start) => start >= from && start < until);
    return {
      expectedAt,
      dueAt,
      arrivedAt,
      neverStarted,
      standing: standingOf({ expectedAt, dueAt, arrivedAt }, moment),
    };
  });
}

function standingOf(
  { expectedAt, dueAt, arrivedAt }: Pick<ExpectedLoad, "expectedAt" | "dueAt" | "arrivedAt">,
  moment: Moment,
): ExpectedLoad["standing"] {
  if (arrivedAt !== null) return arrivedAt <= dueAt ? "met" : "late";
  if (moment.past(dueAt)) return "missed";
  return moment.past(expectedAt) ? "due" : "not-due";
}

/** When data taken at or after an instant first had arrived. */
function arrivalsFrom(view: FlowView): (takenFrom: Instant) => Instant | null {
  const { objective, hops } = view.flow;
  const through = hops.findIndex(({ dataset }) => dataset === objective?.through);
  const taken = deliveries(view, through < 0 ? hops.length - 1 : through);
  const soonest: (Instant | null)[] = [];
  let first: Instant | null = null;
  for (const [back, { arrivedAt }] of taken.toReversed().entries()) {
    if (arrivedAt !== null && (first === null || arrivedAt < first)) first = arrivedAt;
    soonest[taken.length - 1 - back] = first;
  }
  return (takenFrom) => soonest[taken.findIndex(({ takenAt }) => takenAt >= takenFrom)] ?? null;
}

function attainmentOf(input: AttainmentInput, flow: Flow, period: string): Attainment {
  const shown = input.estate.entities.filter(
    ({ id }) => serves(flow, id) && (input.entities === "all" || input.entities.includes(id)),
  );
  const entities = shown.flatMap(({ id }) => {
    const tally = tallyOf(input, flow, id, period);
    return tally ? [{ entity: id, ...tally }] : [];
  });
  const sum = (count: keyof LoadTally) => entities.reduce((total, tally) => total + tally[count], 0);
  const total: LoadTally = {
    ...{ expected: sum("expected"), met: sum("met"), late: sum("late"), missed: sum("missed") },
    ...{ pending: sum("pending"), neverStarted: sum("neverStarted") },
  };
  const over = total.met + total.late + total.missed;
  const objective = flow.objective?.onTimePercent ?? null;
  return {
    ...{ flow: flow.id, title: flow.title, period, known: entities.length },
    ...total,
    attainmentPercent: over === 0 ? null : Big(total.met).times(100).div(over).toFixed(1),
    objectivePercent: objective,
    budget: objective === null || entities.length === 0 ? null : budgetOf(objective, total),
    entities,
  };
}

function budgetOf(objective: string, { expected, late, missed }: LoadTally): Attainment["budget"] {
  const loads = Big(100).minus(objective).times(expected).div(100);
  const used = late + missed;
  const left = loads.eq(0) ? Big(used === 0 ? 100 : 0) : loads.minus(used).times(100).div(loads);
  return { loads: loads.toFixed(1), used, leftPercent: left.toFixed(1) };
}

/** Null where nothing was ever told of the flow for the entity and period, and before it is measured. */
function tallyOf(input: AttainmentInput, flow: Flow, entity: string, period: string): LoadTally | null {
  const key = `${flow.id}/${entity}/${period}`;
  const version = input.facts.version(entity, period);
  const kept = input.memo?.get(key);
  if (kept?.version === version && kept.moment.holdsAt(input.now.toISOString(), new Map())) return kept.tally;
  const moment = momentOf(input.now);
  const tally = countLoads(input, flow, entity, period, moment);
  input.memo?.set(key, { version, moment, tally });
  return tally;
}

function countLoads(
  input: AttainmentInput,
  flow: Flow,
  entity: string,
  period: string,
  moment: Moment,
): LoadTally | null {
  const of = input.calendars.period(period);
  const declared = input.estate.entities.find(({ id }) => id === entity)!;
  const measured = flow.objective?.since === undefined || flow.objective.since <= period;
  const view = measured && of && flowViewOf(input, flow, declared, of, moment);
  if (!view || view.hops.every(({ runs }) => runs.length === 0)) return null;
  const loads = expectedLoads(view, moment);
  const count = (...standings: ExpectedLoad["standing"][]) =>
    loads.filter(({ standing }) => standings.includes(standing)).length;
  return {
    expected: loads.length,
    ...{ met: count("met"), late: count("late"), missed: count("missed"), pending: count("due", "not-due") },
    neverStarted: loads.filter(({ neverStarted }) => neverStarted).length,
  };
}
