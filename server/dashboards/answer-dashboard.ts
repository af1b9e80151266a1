import {
  MEASURES,
  type Dashboard,
  type DashboardAnswer,
  type Dimension,
  type MeasureName,
  type Panel,
  type PanelAnswer,
  type PanelPoint,
} from "../../schemas/dashboard.ts";
import type { Period } from "../close/periods.ts";
import type { Actor } from "../context.ts";
import { inScope } from "../people/in-scope.ts";
import { labelsOf, type Labels } from "./labels.ts";
import { MEASURING } from "./measures.ts";
import { grouped, summed, type Observation } from "./observation.ts";
import type { Observing } from "./observing.ts";

/** How long what was observed counts as of now, in milliseconds. */
const FRESH = 10_000;

/** How many closes a trend over periods looks back. */
const PERIODS = 6;

/** What one measure says of a period; asked once however many panels show it. */
type Seen = (measure: MeasureName, period: Period) => Promise<Observation[]>;

/** Every panel of a dashboard with its figures, for a period and within the entities an actor may see. */
export async function answerDashboard(
  observing: Observing,
  dashboard: Dashboard,
  period: Period,
  actor: Actor,
): Promise<DashboardAnswer> {
  const seen = seeing(observing, actor);
  const periods = periodsBefore(observing, period);
  const previous = periods.at(-2) ?? null;
  const labels = labelsOf(observing.ctx.estate, observing.calendars);
  const panels = await Promise.all(
    dashboard.panels.map((panel) => answerPanel({ seen, labels, period, previous, periods }, panel)),
  );
  const { id, title, question } = dashboard;
  return {
    ...{ id, title, question, panels },
    period: period.period,
    periodTitle: period.title,
    previous: previous?.period ?? null,
  };
}

function seeing(observing: Observing, actor: Actor): Seen {
  return async (measure, period) => {
    const all = await keptObservations(observing, measure, period);
    return all.filter(({ at }) => at.entity === undefined || inScope(actor, at.entity));
  };
}

/** Observations as they were a moment ago, so that panels and people looking at once do not ask for the same again. */
function keptObservations(observing: Observing, measure: MeasureName, period: Period): Promise<Observation[]> {
  const key = `${measure}/${period.period}`;
  const now = performance.now();
  const known = observing.kept.get(key);
  if (known && now - known.at < FRESH) return known.answer;
  const answer = MEASURING[measure].observe(observing, period);
  observing.kept.set(key, { at: now, answer });
  // What failed is asked again by the next who wants it.
  answer.catch(() => observing.kept.delete(key));
  return answer;
}

interface View {
  seen: Seen;
  labels: Labels;
  period: Period;
  previous: Period | null;
  /** Oldest first, ending with `period`. */
  periods: readonly Period[];
}

async function answerPanel(view: View, panel: Panel): Promise<PanelAnswer> {
  const { measure } = panel;
  const { unit, better } = MEASURES[measure];
  const { summing } = MEASURING[measure];
  const observations = await view.seen(measure, view.period);
  const before = view.previous ? await view.seen(measure, view.previous) : [];
  const all = await pointsOf(view, panel, observations);
  const most = panel.show === "bars" ? panel.most : all.length;
  return {
    ...{ panel, unit, better },
    total: rounded(summed(observations, summing)),
    before: rounded(summed(before, summing)),
    points: all.slice(0, most),
    left: Math.max(0, all.length - most),
  };
}

async function pointsOf(view: View, panel: Panel, observations: readonly Observation[]): Promise<PanelPoint[]> {
  if (panel.show === "figure") return [];
  if (panel.show === "bars") {
    const members = points(view, panel, panel.by, observations);
    // Of counts only what there is any of says something; a share of nought does.
    return worstFirst(
      MEASURING[panel.measure].summing === "sum" ? members.filter(({ value }) => value !== 0) : members,
      panel,
    );
  }
  if (panel.over === "day") {
    return points(view, panel, "day", observations).toSorted((a, b) => a.key.localeCompare(b.key));
  }
  const each = await Promise.all(view.periods.map((period) => view.seen(panel.measure, period)));
  return view.periods.map((period, index) => point(view, panel, "period", period.period, each[index] ?? []));
}

function points(view: View, panel: Panel, by: Dimension, observations: readonly Observation[]): PanelPoint[] {
  return [...grouped(observations, by)].map(([member, group]) => point(view, panel, by, member, group));
}

function point(view: View, panel: Panel, by: Dimension, key: string, group: readonly Observation[]): PanelPoint {
  const value = rounded(summed(group, MEASURING[panel.measure].summing));
  return { key, label: view.labels(by, key), value, count: group.length };
}

function worstFirst(given: PanelPoint[], { measure }: Panel): PanelPoint[] {
  const sign = MEASURES[measure].better === "more" ? 1 : -1;
  return given.toSorted(
    (a, b) => sign * ((a.value ?? -sign * Infinity) - (b.value ?? -sign * Infinity)) || a.label.localeCompare(b.label),
  );
}

/** Periods up to one that anything is known of, oldest first. */
function periodsBefore({ calendars, ctx }: Observing, period: Period): Period[] {
  const known = new Set(ctx.facts.periods());
  const periods = [period];
  for (let earlier = calendars.previous(period); periods.length < PERIODS; earlier = calendars.previous(earlier)) {
    if (!known.has(earlier.period)) break;
    periods.unshift(earlier);
  }
  return periods;
}

/** Two decimals are more than anyone reads; fewer digits on the wire. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}
