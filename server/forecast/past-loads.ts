import type { Flow } from "../../schemas/estate/flow.ts";
import type { Facts } from "../../schemas/facts.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import type { Judging } from "../checks/flow-view.ts";
import { inCloseWindow } from "../checks/freshness-ages.ts";
import { coursesOf } from "../checks/met-at.ts";
import { endOf, startOf } from "../reconcile/legs.ts";

/** One load that went through a flow in an earlier period. */
export interface PastLoad {
  entity: string;
  period: string;
  phase: "close" | "ordinary";
  /** Counted from the period's end; null outside work days and far from the close. */
  workDay: number | null;
  /** Minutes from when it was taken until each hop had it; shorter than the flow where it did not come through. */
  ends: readonly number[];
}

/** Earlier loads of one flow, in the groups a forecast looks for likeness in. */
export interface LoadHistory {
  /** Periods it was gathered from, oldest first. */
  periods: readonly string[];
  /** Oldest first, by `groupKey`. */
  groups: ReadonlyMap<string, readonly PastLoad[]>;
}

/** Earlier closes looked at, the latest ones. */
const MOST_PERIODS = 6;
/** Loads kept of a group, the latest ones. */
const MOST_LOADS = 400;
/** Beyond these a work day says nothing about the close. */
const NEAR = { before: -5, after: 12 };

/** Names a group of like loads: of an entity (or any), a phase (or any), a work day (or any). */
export function groupKey(entity: string, phase: string, workDay: number | string): string {
  return `${entity}/${phase}/${workDay}`;
}

const kept = new WeakMap<Facts, Map<string, { signature: string; history: LoadHistory }>>();

/** Loads of a flow in the regular periods before one, as far as they are known; made anew when any of it changes. */
export function loadHistory(judging: Judging, flow: Flow, before: string): LoadHistory {
  const { facts, calendars, estate } = judging;
  const periods = facts
    .periods()
    .filter((key) => key < before && calendars.period(key)?.adjustment === false)
    .slice(-MOST_PERIODS);
  const entities = estate.entities.filter(({ id }) => serves(flow, id)).map(({ id }) => id);
  const signature = periods.map((key) => `${key} ${entities.map((id) => facts.version(id, key)).join()}`).join("\n");
  const known = kept.get(facts) ?? new Map<string, { signature: string; history: LoadHistory }>();
  kept.set(facts, known);
  const entry = known.get(`${flow.id}/${before}`);
  if (entry?.signature === signature) return entry.history;
  const loads = periods.flatMap((key) => entities.flatMap((entity) => pastLoads(judging, flow, entity, key)));
  const history = { periods, groups: grouped(loads) };
  known.set(`${flow.id}/${before}`, { signature, history });
  return history;
}

function pastLoads({ estate, facts, calendars }: Judging, flow: Flow, entity: string, key: string): PastLoad[] {
  const period = calendars.period(key)!;
  const index = indexOf(estate);
  const hops = flow.hops.map(({ dataset }) => ({ runs: facts.runsInto(index.name(dataset), entity, key) }));
  const window = calendars.closeWindow(period, entity, flow);
  const [from, to] = [
    calendars.deadline(period, entity, at(NEAR.before)).at,
    calendars.deadline(period, entity, at(NEAR.after)).at,
  ];
  return coursesOf(hops, hops.length - 1, "").map((runs) => {
    const takenAt = startOf(runs[0]!);
    const near = from <= takenAt && takenAt <= to;
    return {
      ...{ entity, period: key, phase: inCloseWindow(window, takenAt) ? "close" : "ordinary" },
      workDay: near ? calendars.workDayAt(period, entity, new Date(takenAt)) : null,
      ends: runs.map((run) => (Date.parse(endOf(run)) - Date.parse(takenAt)) / 60_000),
    };
  });
}

function at(workDay: number) {
  return { workDay, at: "00:00", zone: "entity" };
}

function grouped(loads: readonly PastLoad[]): Map<string, PastLoad[]> {
  const groups = new Map<string, PastLoad[]>();
  for (const load of loads) {
    const { entity, phase, workDay } = load;
    const keys = [groupKey(entity, phase, "any"), groupKey("any", phase, "any"), groupKey("any", "any", "any")];
    if (workDay !== null) keys.push(groupKey(entity, phase, workDay), groupKey("any", phase, workDay));
    for (const key of keys) {
      const group = groups.get(key);
      if (!group) groups.set(key, [load]);
      else if (group.push(load) > 2 * MOST_LOADS) group.splice(0, MOST_LOADS);
    }
  }
  return groups;
}
