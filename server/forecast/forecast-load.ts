import type { Entity } from "../../schemas/estate/estate.ts";
import type { Flow } from "../../schemas/estate/flow.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Run } from "../../schemas/run.ts";
import { inCloseWindow, type CloseWindow } from "../checks/freshness-ages.ts";
import { coursesOf } from "../checks/met-at.ts";
import { endOf, isActive, startOf } from "../reconcile/legs.ts";
import { groupKey, type LoadHistory, type PastLoad } from "./past-loads.ts";
import { certainly, spreadOf, type Spread } from "./spread.ts";

/** A flow on its way to a cut-off, as far as a forecast needs it. */
export interface LoadState {
  flow: Flow;
  entity: Entity;
  /** Runs of each hop, newest start first. */
  hops: readonly { runs: readonly Run[] }[];
  /** Expected loads, oldest first. */
  occurrences: readonly Instant[];
  closeWindow: CloseWindow;
  /** Index of the hop that must have the data. */
  through: number;
  /** What it must be complete through. */
  cutOff: Instant;
  /** Which work day of the close an instant falls on; null outside work days. */
  workDayAt(at: Instant): number | null;
  /** Minutes a repair usually takes, where something is in the way; else 0. */
  repairMinutes: number;
}

export interface LoadForecast {
  spread: Spread;
  /** Index of the hop that takes longest of what is left; null once nothing is left. */
  hop: number | null;
  samples: number;
  periods: number;
  /** What it rests on, as a sentence. */
  basis: string;
  /** Until when it stays as it is; null where time alone changes it. */
  fixedUntil: Instant | null;
}

/** Fewer like loads than this say nothing. */
const FEWEST = 8;
const MINUTE = 60_000;

/**
 * When a flow will have brought the data a gate asks for: what is left of its way, as long as it took like loads of
 * earlier periods from where it stands. Like are, in turn, the entity's own of the same work day of the close, all
 * entities' of that day, the entity's own of the phase, everybody's of the phase, and any.
 *
 * @returns null where no load is expected any more or too few like loads are known; nothing is made up then
 */
export function forecastLoad(state: LoadState, history: LoadHistory, now: Instant): LoadForecast | null {
  const { cutOff, through, repairMinutes } = state;
  const course = earliest(coursesOf(state.hops, through, cutOff));
  const nowAt = Date.parse(now);
  if (course && course.length > through && repairMinutes === 0) {
    const spread = certainly(Date.parse(endOf(course.at(-1)!)));
    return { spread, hop: null, samples: 0, periods: 0, basis: "The data is in.", fixedUntil: null };
  }
  const started = course ?? startedSince(state, cutOff);
  const mended = repairMinutes > 0;
  const start = started && !mended ? startOf(started[0]!) : nextStart(state, mended ? later(now, cutOff) : cutOff, now);
  if (start === null) return null;
  const done = mended ? 0 : (course?.length ?? 0);
  const like = likeLoads(state, history, start);
  if (!like) return null;
  const rests = like.loads.map(({ ends }) => ends[through]! - (done > 0 ? ends[done - 1]! : 0));
  const from = started && !mended ? Date.parse(done > 0 ? endOf(course!.at(-1)!) : start) : null;
  const begin = Math.max(Date.parse(start), mended ? nowAt + repairMinutes * MINUTE : 0);
  const open = from === null ? rests : rests.filter((minutes) => from + minutes * MINUTE > nowAt);
  // One that takes longer than all before it is reckoned as if this hop began now.
  const ends =
    open.length === 0
      ? rests.map((minutes) => nowAt + minutes * MINUTE)
      : open.map((minutes) => (from ?? begin) + minutes * MINUTE);
  return {
    ...{ spread: spreadOf(ends), hop: longestHop(like.loads, done, through) },
    ...{ samples: like.loads.length, periods: new Set(like.loads.map(({ period }) => period)).size },
    basis: `${like.basis}${mended ? `, and ${repairMinutes} minutes for the repair` : ""}.`,
    fixedUntil: from !== null || mended || start <= now ? null : start,
  };
}

/** The batch furthest on its way; of two alike the one taken first. */
function earliest(courses: readonly Run[][]): Run[] | null {
  return courses.reduce<Run[] | null>((best, course) => (best && best.length >= course.length ? best : course), null);
}

function startedSince({ hops }: LoadState, cutOff: Instant): Run[] | null {
  const run = hops[0]!.runs.findLast((each) => isActive(each) && startOf(each) >= cutOff);
  return run ? [run] : null;
}

/** The next load expected at or after an instant; one whose grace is not over yet may still begin now. */
function nextStart({ occurrences, flow }: LoadState, from: Instant, now: Instant): Instant | null {
  const grace = new Date(Date.parse(now) - flow.cadence.graceMinutes * MINUTE).toISOString();
  const next = occurrences.find((at) => at >= from && at > grace);
  return next === undefined ? null : later(next, now);
}

function later(one: Instant, other: Instant): Instant {
  return one > other ? one : other;
}

function likeLoads(
  { flow, entity, closeWindow, through, workDayAt }: LoadState,
  history: LoadHistory,
  start: Instant,
): { loads: PastLoad[]; basis: string } | null {
  const inClose = inCloseWindow(closeWindow, start);
  const phase = inClose ? "close" : "ordinary";
  const workDay = workDayAt(start);
  const day = workDay === null ? null : `WD${workDay > 0 ? "+" : "−"}${Math.abs(workDay)}`;
  const when = inClose ? "in earlier closes" : "outside the close";
  const groups = [
    { key: groupKey(entity.id, phase, workDay ?? "none"), words: `of ${entity.id} on ${day} ${when}` },
    { key: groupKey("any", phase, workDay ?? "none"), words: `of all entities on ${day} ${when}` },
    { key: groupKey(entity.id, phase, "any"), words: `of ${entity.id} ${when}` },
    { key: groupKey("any", phase, "any"), words: `of all entities ${when}` },
    { key: groupKey("any", "any", "any"), words: "of all entities" },
  ];
  for (const { key, words } of groups) {
    const loads = (history.groups.get(key) ?? []).filter(({ ends }) => ends.length > through);
    if (loads.length >= FEWEST) return { loads, basis: `From ${loads.length} loads of ${flow.title} ${words}` };
  }
  return null;
}

function longestHop(loads: readonly PastLoad[], done: number, through: number): number | null {
  let [longest, minutes] = [null as number | null, -1];
  for (let hop = done; hop <= through; hop++) {
    const mean = loads.reduce((sum, { ends }) => sum + ends[hop]! - (ends[hop - 1] ?? 0), 0) / loads.length;
    if (mean > minutes) [longest, minutes] = [hop, mean];
  }
  return longest;
}
