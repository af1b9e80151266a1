import type { ClosePhase } from "../../schemas/estate/route.ts";
import { GROUP, type Calendars } from "../close/calendars.ts";
import type { Period } from "../close/periods.ts";

interface Stretch {
  phase: ClosePhase;
  /** Milliseconds; the first included, the second not. */
  from: number;
  until: number;
}

/** Stretches found before: incidents come at the same time, and reckoning dates is what a decision costs. */
const found = new WeakMap<Calendars, Stretch[]>();
const MOST_KEPT = 24;

/** The group's close runs from the start of WD−1 to its deadline. */
export function closePhaseAt(calendars: Calendars, now: Date): ClosePhase {
  const at = now.getTime();
  const known = found.get(calendars) ?? [];
  found.set(calendars, known);
  const kept = known.find(({ from, until }) => from <= at && at < until);
  if (kept) return kept.phase;
  const stretch = stretchAt(calendars, now);
  if (known.length === MOST_KEPT) known.shift();
  known.push(stretch);
  return stretch.phase;
}

/** Whether an instant lies between two work days of the group's close, both whole. */
export function duringClose(
  calendars: Calendars,
  { fromWorkDay, toWorkDay }: { fromWorkDay: number; toWorkDay: number },
  now: Date,
): boolean {
  const posting = calendars.periodAt(now);
  // WD−1 lies in the period still being posted to, everything after it in the next.
  return [posting, calendars.previous(posting)].some((period) => {
    const until = edge(calendars, period, toWorkDay, "23:59") + 60_000;
    return edge(calendars, period, fromWorkDay, "00:00") <= now.getTime() && now.getTime() < until;
  });
}

function stretchAt(calendars: Calendars, now: Date): Stretch {
  const at = now.getTime();
  const posting = calendars.periodAt(now);
  const closes = [calendars.previous(posting), posting].map((period) => ({
    from: edge(calendars, period, -1, "00:00"),
    until: Date.parse(calendars.groupDeadline(period).at),
  }));
  const close = closes.find(({ from, until }) => from <= at && at < until);
  if (close) return { phase: "close", ...close };
  const edges = closes.flatMap(({ from, until }) => [from, until]);
  return {
    phase: "open",
    from: Math.max(...edges.filter((each) => each <= at)),
    until: Math.min(...edges.filter((each) => each > at)),
  };
}

function edge(calendars: Calendars, period: Period, workDay: number, time: string): number {
  return Date.parse(calendars.deadline(period, GROUP, { workDay, at: time, zone: GROUP }).at);
}
