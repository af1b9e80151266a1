import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { Flow } from "../../schemas/estate/flow.ts";
import type { Facts } from "../../schemas/facts.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import type { Judging } from "../checks/flow-view.ts";
import { coursesOf } from "../checks/met-at.ts";
import { cutOffAt } from "../close/entity-gates.ts";
import { endOf, startOf } from "../reconcile/legs.ts";

/** The load an earlier close's milestone waited for: the first one taken at or after its cut-off. */
export interface PastLoad {
  entity: string;
  zone: string;
  period: string;
  /** Minutes from the cut-off until it was taken. */
  startMinutes: number;
  /** Minutes from when it was taken until each hop had it; shorter than the flow where it did not come through. */
  ends: readonly number[];
}

/** Earlier closes looked at, the latest ones. */
const MOST_PERIODS = 12;

const kept = new WeakMap<Facts, Map<string, { signature: string; loads: readonly PastLoad[] }>>();

/**
 * The loads a milestone waited for in the regular periods before one, of every entity, oldest period first. Its cut-off
 * is a work day and a time, so that only loads of the same phase of a close stand together. Made anew when any of
 * those periods changes.
 */
export function pastLoads(judging: Judging, milestone: Milestone, flow: Flow, before: string): readonly PastLoad[] {
  const { facts, calendars, estate } = judging;
  const periods = facts
    .periods()
    .filter((key) => key < before && calendars.period(key)?.adjustment === false)
    .slice(-MOST_PERIODS);
  const entities = estate.entities.filter(({ id }) => serves(flow, id));
  const signature = periods
    .map((key) => `${key} ${entities.map(({ id }) => facts.version(id, key)).join()}`)
    .join("\n");
  const known = kept.get(facts) ?? new Map<string, { signature: string; loads: readonly PastLoad[] }>();
  kept.set(facts, known);
  const entry = known.get(`${milestone.id}/${before}`);
  if (entry?.signature === signature) return entry.loads;
  const loads = periods.flatMap((key) => entities.flatMap((entity) => pastLoad(judging, milestone, flow, entity, key)));
  known.set(`${milestone.id}/${before}`, { signature, loads });
  return loads;
}

function pastLoad(judging: Judging, milestone: Milestone, flow: Flow, entity: Entity, key: string): PastLoad[] {
  const { estate, facts, calendars } = judging;
  const period = calendars.period(key)!;
  const index = indexOf(estate);
  const hops = flow.hops.map(({ dataset }) => ({ runs: facts.runsInto(index.name(dataset), entity.id, key) }));
  const cutOff = cutOffAt(judging, milestone, flow.id, entity, period);
  const [course] = coursesOf(hops, hops.length - 1, cutOff);
  if (!course) return [];
  const takenAt = Date.parse(startOf(course[0]!));
  const minutes = (from: number, to: number) => (to - from) / 60_000;
  return [
    {
      ...{ entity: entity.id, zone: entity.zone, period: key },
      startMinutes: minutes(Date.parse(cutOff), takenAt),
      ends: course.map((run) => minutes(takenAt, Date.parse(endOf(run)))),
    },
  ];
}
