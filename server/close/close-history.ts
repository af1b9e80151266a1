import type { CloseHistory, CloseStep, CloseSummary } from "../../schemas/wire/close-history.ts";
import type { BoardCell } from "../../schemas/wire/board.ts";
import { minutesBetween } from "../checks/moment.ts";
import { judgeEntities } from "./board.ts";
import type { BoardInput } from "./board-input.ts";
import { GROUP } from "./calendars.ts";
import type { Decisions } from "./decisions.ts";
import type { Period } from "./periods.ts";

export interface HistoryInput extends BoardInput {
  /** What people decided on each of the periods asked for, by period. */
  decided: ReadonlyMap<string, Decisions>;
}

const DAY_MINUTES = 1440;

/** The periods a close is compared with, newest first: earlier regular ones that anything is known of. */
export function comparedPeriods({ calendars, facts }: BoardInput, period: string, most: number): string[] {
  return facts
    .periods()
    .filter((key) => key < period && calendars.period(key)?.adjustment === false)
    .sort()
    .slice(-most)
    .reverse();
}

/** A close beside those before it: days to close, deadlines kept, and where the time went. */
export function closeHistory(input: HistoryInput, previous: readonly string[]): CloseHistory {
  const summaries = previous
    .map((key) => summaryOf(input, input.calendars.period(key)!))
    // Of a period whose close was over before anything was read there is nothing to compare with.
    .filter(({ steps }) => steps.some(({ met }) => met > 0));
  const ended = summaries.filter(({ closedAt }) => closedAt !== null);
  return {
    current: summaryOf(input, input.calendars.period(input.period)!),
    previous: summaries,
    usual: {
      daysToClose: median(ended.map(({ daysToClose }) => daysToClose!)),
      onTimeRate: median(ended.flatMap(({ onTimeRate }) => onTimeRate ?? [])),
    },
  };
}

function summaryOf(input: HistoryInput, period: Period): CloseSummary {
  const { estate, calendars } = input;
  const judging = { ...input, period: period.period, decisions: input.decided.get(period.period) };
  const rows = judgeEntities(judging, period).map(({ row }) => row);
  const mandatory = estate.close.milestones.filter(({ mandatory: must }) => must).map(({ id }) => id);
  const ends = rows.map(({ cells }) => lastMet(cells.filter(({ milestone }) => mandatory.includes(milestone))));
  const closedAt = ends.every((at) => at !== null) ? (ends.toSorted().at(-1) ?? null) : null;
  const steps = estate.close.milestones.map(({ id, title, after }) =>
    stepOf(input, period, { id, title, after }, rows),
  );
  const due = rows.flatMap(({ cells }) => cells.filter(({ timing }) => ["met", "late", "missed"].includes(timing)));
  const end = calendars.periodEnd(period, GROUP);
  return {
    period: period.period,
    title: period.title,
    entities: rows.length,
    closed: ends.filter((at) => at !== null).length,
    closedAt,
    daysToClose: closedAt === null ? null : Math.round((minutesBetween(end, closedAt) / DAY_MINUTES) * 10) / 10,
    workDay: closedAt === null ? null : calendars.workDayAt(period, GROUP, new Date(closedAt)),
    onTimeRate: due.length === 0 ? null : due.filter(({ timing }) => timing === "met").length / due.length,
    steps,
    longest: steps.reduce<CloseStep | null>(longer, null)?.milestone ?? null,
  };
}

type Row = { entity: string; cells: BoardCell[] };

function stepOf(
  { calendars }: HistoryInput,
  period: Period,
  { id, title, after }: { id: string; title: string; after: string[] },
  rows: readonly Row[],
): CloseStep {
  const passed = rows.flatMap(({ entity, cells }) => {
    const cell = cells.find(({ milestone }) => milestone === id)!;
    if (cell.state !== "done" || cell.metAt === null) return [];
    const awaited = lastMet(cells.filter(({ milestone }) => after.includes(milestone)));
    const end = calendars.periodEnd(period, entity);
    const from = awaited ?? end;
    return [{ cell, sinceEnd: minutesBetween(end, cell.metAt), took: Math.max(0, minutesBetween(from, cell.metAt)) }];
  });
  return {
    milestone: id,
    title,
    met: passed.length,
    onTime: passed.filter(({ cell }) => cell.timing === "met").length,
    sinceEndMinutes: rounded(median(passed.map(({ sinceEnd }) => sinceEnd))),
    tookMinutes: rounded(median(passed.map(({ took }) => took))),
  };
}

/** When the last of some cells was met; null while one is open. */
function lastMet(cells: readonly BoardCell[]): string | null {
  if (cells.length === 0 || cells.some(({ state, metAt }) => state !== "done" || metAt === null)) return null;
  return cells
    .map(({ metAt }) => metAt!)
    .toSorted()
    .at(-1)!;
}

function longer(one: CloseStep | null, other: CloseStep): CloseStep | null {
  if (other.tookMinutes === null) return one;
  return one === null || other.tookMinutes > one.tookMinutes! ? other : one;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
