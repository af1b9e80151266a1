import Big from "big.js";
import type { BoardEntity, BoardHead, Hold, Verdict } from "../../schemas/wire/board.ts";
import type { Moment } from "../checks/moment.ts";
import { decimalText } from "../reconcile/money.ts";
import type { BoardInput } from "./board-input.ts";
import { GROUP } from "./calendars.ts";
import type { EntityJudgement } from "./entity-judgement.ts";
import type { Period } from "./periods.ts";

interface Shown {
  judgements: readonly EntityJudgement[];
  /** Worst first. */
  entities: readonly BoardEntity[];
  holds: readonly Hold[];
}

const NEEDS_SOMEBODY: readonly Verdict[] = ["held", "late", "unknown", "at-risk"];

/** The board's head: where the close stands as a whole, for the entities shown. */
export function headOf(input: BoardInput, period: Period, shown: Shown, moment: Moment): BoardHead {
  const { estate, calendars, now } = input;
  const { milestones } = estate.close;
  const { entities } = shown;
  const sum = (count: (entity: BoardEntity) => number) => entities.reduce((total, entity) => total + count(entity), 0);
  return {
    kind: "head",
    period: period.period,
    title: period.title,
    periods: periodsOf(input, period, moment),
    milestones: milestones.map(({ id, title, workDay }) => ({ id, title, workDay })),
    groupZone: estate.estate.zone,
    groupDeadlineAt: calendars.groupDeadline(period).at,
    workDay: workDayNow(input, period, now),
    nowMilestone: milestones.find((each) => calendars.groupMilestone(period, each).at > moment.now)?.id ?? null,
    counts: countsOf(entities),
    worst: entities.filter((entity) => NEEDS_SOMEBODY.includes(entity.verdict)).map((entity) => entity.entity),
    gatesPassed: sum((entity) => entity.gatesPassed),
    gates: sum((entity) => entity.gates),
    unexplained: unexplainedOf(shown.judgements),
    staleReports: staleReportsOf(input, shown),
  };
}

/** Work days further from the close than a milestone may lie say nothing about it. */
const FURTHEST = { before: -15, after: 25 };

function workDayNow(input: BoardInput, period: Period, now: Date): number | null {
  const groupDeadline = Date.parse(input.calendars.groupDeadline(period).at);
  // Counting day by day is bounded by looking only near the close.
  if (Math.abs(now.getTime() - groupDeadline) > 60 * 86_400_000) return null;
  const workDay = input.calendars.workDayAt(period, GROUP, now);
  return workDay !== null && workDay >= FURTHEST.before && workDay <= FURTHEST.after ? workDay : null;
}

function periodsOf(input: BoardInput, shown: Period, moment: Moment): BoardHead["periods"] {
  const { calendars, facts, now } = input;
  const keys = new Set([...facts.periods(), calendars.periodAt(now).period, shown.period]);
  return [...keys]
    .sort()
    .map((key) => calendars.period(key))
    .filter((period) => period !== null)
    .map((period) => ({ period: period.period, title: period.title, state: stateOf(input, period, moment) }));
}

function stateOf(input: BoardInput, period: Period, moment: Moment): BoardHead["periods"][number]["state"] {
  const { calendars } = input;
  if (calendars.groupDeadline(period).at <= moment.now) return "closed";
  if (calendars.periodEnd(period, GROUP) <= moment.now) return "closing";
  return calendars.periodEnd(calendars.previous(period), GROUP) <= moment.now ? "open" : "future";
}

function countsOf(entities: readonly BoardEntity[]): BoardHead["counts"] {
  const counts = { closed: 0, ready: 0, "on-course": 0, "at-risk": 0, late: 0, held: 0, unknown: 0 };
  for (const entity of entities) counts[entity.verdict]++;
  return counts;
}

/** Amounts that do not tie, per currency and without sign: what one entity lacks does not make good what another has too much. */
function unexplainedOf(judgements: readonly EntityJudgement[]): BoardHead["unexplained"] {
  const sums = new Map<string, Big>();
  for (const { causes } of judgements) {
    for (const { problem, entity } of causes) {
      if (!problem.off || problem.amount === null) continue;
      sums.set(entity.currency, (sums.get(entity.currency) ?? Big(0)).plus(Big(problem.amount).abs()));
    }
  }
  return [...sums].sort().map(([currency, amount]) => ({ currency, amount: decimalText(amount, currency) }));
}

/** Reports that do not show the newest figures, and why. */
function staleReportsOf(input: BoardInput, shown: Shown): BoardHead["staleReports"] {
  const causes = shown.judgements.flatMap((judgement) => judgement.causes);
  const hops = shown.judgements.flatMap(({ views }) => views.flatMap((view) => view.hops));
  return input.estate.reports.flatMap((report): BoardHead["staleReports"] => {
    const told = { report: report.id, title: report.title };
    const behind = (dataset: string) => report.datasets.includes(dataset);
    const cause = causes.find(({ problem }) => problem.code === "stale-report" && behind(problem.dataset));
    const hold = cause && shown.holds.find((candidate) => candidate.id === cause.id);
    if (hold) return [{ ...told, sinceAt: hold.sinceAt, because: hold.text }];
    const aged = hops.filter((hop) => behind(hop.dataset.id) && hop.freshness.state === "stale");
    const sinceAt = aged.map((hop) => hop.freshness.overdueSince!).sort()[0];
    if (!sinceAt) return [];
    return [
      { ...told, sinceAt, because: `It lacks newer figures of ${aged.length} of ${shown.entities.length} entities.` },
    ];
  });
}
