import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Run } from "../../schemas/run.ts";
import type { ForecastQuality } from "../../schemas/wire/forecast.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import type { Judging } from "../checks/flow-view.ts";
import { coursesOf } from "../checks/met-at.ts";
import { addMinutes } from "../checks/moment.ts";
import type { Period } from "../close/periods.ts";
import { endOf, startOf } from "../reconcile/legs.ts";
import { forecastLoad } from "./forecast-load.ts";
import { pastLoads } from "./past-loads.ts";
import { p50, p90 } from "./spread.ts";

/** One forecast of an earlier close beside what came; null where nothing could be said then. */
interface Trial {
  milestone: string;
  forecast: { p50: number; p90: number } | null;
  actual: number;
}

/** How long before a cut-off the first forecast of a trial is made. */
const AHEAD_MINUTES = 120;

/**
 * Forecasts every load the closes of earlier periods waited for as it would have been forecast then: two hours before
 * its cut-off, and once its first hop was through; from runs known by then and the periods before alone. The first row is
 * over all milestones.
 *
 * @param periods keys of the periods tried, each from those before it
 */
export function backtest(judging: Judging, periods: readonly string[]): ForecastQuality[] {
  const trials = periods.flatMap((key) => trialsOf(judging, judging.calendars.period(key)!));
  const milestones = [...new Set(trials.map(({ milestone }) => milestone))];
  return [
    qualityOf(null, trials),
    ...milestones.map((id) =>
      qualityOf(
        id,
        trials.filter(({ milestone }) => milestone === id),
      ),
    ),
  ];
}

/** Periods whose close is over and that others lie before, oldest first. */
export function testedPeriods({ facts, calendars }: Judging, now: Date): string[] {
  const known = facts.periods().filter((key) => calendars.period(key)?.adjustment === false);
  return known.filter((key, at) => at > 0 && calendars.groupDeadline(calendars.period(key)!).at <= now.toISOString());
}

function trialsOf(judging: Judging, period: Period): Trial[] {
  const { estate } = judging;
  return estate.close.milestones.flatMap((milestone) => {
    const { gate } = milestone;
    if (gate.kind !== "flow") return [];
    const flow = estate.flows.find(({ id }) => id === gate.flow)!;
    const served = estate.entities.filter(({ id }) => serves(flow, id));
    return served.flatMap((entity) => entityTrials(judging, period, milestone, entity));
  });
}

function entityTrials(judging: Judging, period: Period, milestone: Milestone, entity: Entity): Trial[] {
  const { estate, calendars, facts } = judging;
  const { gate } = milestone;
  if (gate.kind !== "flow") return [];
  const flow = estate.flows.find(({ id }) => id === gate.flow)!;
  const index = indexOf(estate);
  const hops = flow.hops.map(({ dataset }) => facts.runsInto(index.name(dataset), entity.id, period.period));
  const through = gate.through ? flow.hops.findIndex(({ dataset }) => dataset === gate.through) : hops.length - 1;
  const cutOff = calendars.cutOff(period, entity.id, gate);
  const course = coursesOf(
    hops.map((runs) => ({ runs })),
    through,
    cutOff,
  ).find(({ length }) => length > through);
  if (!course) return [];
  const actual = Date.parse(endOf(course.at(-1)!));
  const state = { entity, through, cutOff, repairMinutes: 0 };
  const earlier = pastLoads(judging, milestone, flow, period.period);
  const moments = [addMinutes(cutOff, -AHEAD_MINUTES), ...(through > 0 ? [endOf(course[0]!)] : [])];
  return moments.map((now) => {
    const seen = hops.map((runs) => ({ runs: runs.flatMap((run) => asOf(run, now)) }));
    const found = forecastLoad({ ...state, hops: seen }, earlier, now);
    const forecast = found && { p50: p50(found.spread), p90: p90(found.spread) };
    return { milestone: milestone.id, forecast, actual };
  });
}

/** A run as it stood at an instant; none where it had not begun. */
function asOf(run: Run, now: Instant): Run[] {
  if (startOf(run) > now) return [];
  return endOf(run) > now ? [{ ...run, state: "RUNNING", endedAt: null }] : [run];
}

function qualityOf(milestone: string | null, trials: readonly Trial[]): ForecastQuality {
  const told = trials.flatMap(({ forecast, actual }) => (forecast ? [{ ...forecast, actual }] : []));
  const share = (within: (trial: (typeof told)[number]) => boolean) =>
    told.length === 0 ? null : rounded(told.filter(within).length / told.length, 3);
  const error =
    told.reduce((sum, { p50: likely, actual }) => sum + Math.abs(actual - likely), 0) / told.length / 60_000;
  return {
    ...{ milestone, forecasts: told.length, silent: trials.length - told.length },
    withinP50: share(({ p50: likely, actual }) => actual <= likely),
    withinP90: share(({ p90: mostly, actual }) => actual <= mostly),
    meanErrorMinutes: told.length === 0 ? null : rounded(error, 1),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
