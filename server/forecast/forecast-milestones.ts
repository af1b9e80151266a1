import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { CellForecast } from "../../schemas/wire/board.ts";
import type { FlowView, Judging } from "../checks/flow-view.ts";
import type { Moment } from "../checks/moment.ts";
import { lastShutAt } from "../close/period-gate.ts";
import type { Period } from "../close/periods.ts";
import { forecastLoad, type LoadForecast } from "./forecast-load.ts";
import { pastLoads } from "./past-loads.ts";
import { certainly, laterOf, p50, p90, spreadOf, type Spread } from "./spread.ts";

export interface ForecastInput {
  judging: Judging;
  entity: Entity;
  period: Period;
  moment: Moment;
}

/** A milestone as it stands; milestones are asked about in the order they wait for each other. */
export interface Asked {
  milestone: Milestone;
  /** Met, with what it waits for. */
  done: boolean;
  /** The first instant its gate can be met; null without one. */
  opensAt: string | null;
  /** The flow behind its gate. */
  view: FlowView | undefined;
  /** Minutes a repair usually takes where something blocks it; 0 where nothing does. */
  repairMinutes: number;
}

/** Between two looks at the clock a forecast stays as it is. */
const STEADY = 5 * 60_000;
const FEWEST_SHUT = 3;

interface Known {
  spread: Spread;
  told: Omit<CellForecast, "p50At" | "p90At">;
  /** Until when it stays as it is; null where time alone changes it. */
  fixedUntil: string | null;
}

/**
 * Forecasts an entity's milestones one by one along what they wait for: the later of its own data's way and of the
 * milestones before it. Null for a milestone that is done, and for one nothing can be said of: people's signatures
 * have no pace, and neither has a flow with too few earlier loads.
 */
export function forecastMilestones(input: ForecastInput): (asked: Asked) => CellForecast | null {
  const { moment } = input;
  const known = new Map<string, Known | "done" | null>();
  const nowAt = Math.floor(Date.parse(moment.now) / STEADY) * STEADY;
  const now = new Date(nowAt).toISOString();
  return (asked) => {
    const { milestone } = asked;
    const found = asked.done ? "done" : finishOf(input, asked, known, now);
    known.set(milestone.id, found);
    if (found === "done" || found === null) return null;
    const { fixedUntil, spread } = found;
    const moves = fixedUntil === null || spread[0]! <= nowAt + STEADY;
    const turnsAt = moves ? nowAt : Math.floor(Date.parse(fixedUntil) / STEADY) * STEADY;
    moment.past(new Date(turnsAt + STEADY).toISOString());
    const at = (ms: number) => new Date(Math.max(ms, nowAt)).toISOString();
    return { p50At: at(p50(found.spread)), p90At: at(p90(found.spread)), ...found.told };
  };
}

function finishOf(
  input: ForecastInput,
  asked: Asked,
  known: ReadonlyMap<string, Known | "done" | null>,
  now: string,
): Known | null {
  const own = ownFinish(input, asked, now);
  if (own === null) return null;
  let finish: Known | null = own === "nothing" ? null : own;
  for (const id of asked.milestone.after) {
    const before = known.get(id);
    if (before === "done") continue;
    if (!before) return null;
    if (!finish) finish = before;
    else {
      const told = p90(before.spread) > p90(finish.spread) ? before.told : finish.told;
      const fixed =
        finish.fixedUntil === null || before.fixedUntil === null ? null : [finish.fixedUntil, before.fixedUntil];
      finish = { spread: laterOf(finish.spread, before.spread), told, fixedUntil: fixed && fixed.sort()[0]! };
    }
  }
  return finish;
}

/** What the gate takes by itself; `nothing` for one that only waits for others, null where nothing can be said. */
function ownFinish(input: ForecastInput, asked: Asked, now: string): Known | "nothing" | null {
  const { gate } = asked.milestone;
  if (gate.kind === "signoff") return null;
  if (gate.kind === "period-status") return shutFinish(input, asked.milestone);
  const { view, opensAt } = asked;
  if (gate.kind === "predecessors" || !view || opensAt === null) return "nothing";
  const { judging, entity, period } = input;
  const { estate } = judging;
  const through = throughOf(estate.reconciliations, asked.milestone, view);
  const state = { entity, hops: view.hops, through, cutOff: opensAt, repairMinutes: asked.repairMinutes };
  const found = forecastLoad(state, pastLoads(judging, asked.milestone, view.flow, period.period), now);
  if (!found) return null;
  const spread = laterOf(found.spread, certainly(Date.parse(opensAt)));
  return { spread, told: toldOf(view, found), fixedUntil: found.fixedUntil };
}

function toldOf(view: FlowView, { hop, samples, closes, basis }: LoadForecast): Known["told"] {
  const slow = hop === null ? null : view.hops[hop]!;
  return {
    hop: slow && { flow: view.flow.id, dataset: slow.dataset.id, title: slow.hop.title },
    samples,
    closes,
    basis,
  };
}

/** The last hop the gate waits for. */
function throughOf(rules: Judging["estate"]["reconciliations"], { gate }: Milestone, view: FlowView): number {
  const last = view.hops.length - 1;
  if (gate.kind === "flow" && gate.through) return view.hops.findIndex(({ hop }) => hop.dataset === gate.through);
  if (gate.kind !== "reconciliation") return last;
  const legs = new Set(rules.find(({ id }) => id === gate.reconciliation)!.legs);
  const leg = view.hops.findLastIndex(({ dataset }) => legs.has(dataset.id));
  return leg < 0 ? last : leg;
}

/**
 * When the system of record will shut the period, by how long before or after the milestone's deadline it was shut in
 * earlier ones: the deadline counts work days, so that weekends do not count.
 */
function shutFinish({ judging, entity, period }: ForecastInput, milestone: Milestone): Known | null {
  const { facts, calendars } = judging;
  const { gate } = milestone;
  if (gate.kind !== "period-status") return null;
  const dueAt = (of: Period) => Date.parse(calendars.milestoneDeadline(of, entity.id, milestone).at);
  const earlier = facts.periods().filter((key) => key < period.period && calendars.period(key)?.adjustment === false);
  const took = earlier.flatMap((key) => {
    const shut = facts.periodStatuses(entity.id, key).map((each) => lastShutAt(each, gate.status));
    if (shut.length === 0 || shut.includes(null)) return [];
    return [Math.max(...shut.map((at) => Date.parse(at!))) - dueAt(calendars.period(key)!)];
  });
  if (took.length < FEWEST_SHUT) return null;
  const basis = `From when ${entity.id} was shut in ${took.length} earlier periods.`;
  const spread = spreadOf(took.map((ms) => dueAt(period) + ms));
  const fixedUntil = new Date(spread[0]!).toISOString();
  return { spread, told: { hop: null, samples: took.length, closes: took.length, basis }, fixedUntil };
}
