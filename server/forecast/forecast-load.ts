import type { Entity } from "../../schemas/estate/estate.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Run } from "../../schemas/run.ts";
import { coursesOf } from "../checks/met-at.ts";
import { endOf, isActive, startOf } from "../reconcile/legs.ts";
import type { PastLoad } from "./past-loads.ts";
import { certainly, spreadOf, type Spread } from "./spread.ts";

/** A flow on its way to a milestone's cut-off. */
export interface LoadState {
  entity: Entity;
  /** Runs of each hop, newest start first. */
  hops: readonly { runs: readonly Run[] }[];
  /** Index of the hop that must have the data. */
  through: number;
  /** What it must be complete through. */
  cutOff: Instant;
  /** Minutes a repair usually takes, where something is in the way; else 0. */
  repairMinutes: number;
}

export interface LoadForecast {
  spread: Spread;
  /** Index of the hop that takes longest of what is left; null once nothing is left. */
  hop: number | null;
  samples: number;
  /** How many closes they are of. */
  closes: number;
  /** What it rests on, as a sentence. */
  basis: string;
  /** Until when it stays as it is; null where time alone changes it. */
  fixedUntil: Instant | null;
}

/** Fewer earlier loads than this say nothing. */
const FEWEST = 6;
const MINUTE = 60_000;

/**
 * When a flow will have brought the data a milestone asks for: what is left of its way takes as long as it took the
 * loads this milestone waited for in earlier closes, from where it stands. Those that would be over by now are left out.
 *
 * @param earlier loads the milestone waited for before, of any entity
 * @returns null where too few of them are known; nothing is made up then
 */
export function forecastLoad(state: LoadState, earlier: readonly PastLoad[], now: Instant): LoadForecast | null {
  const { cutOff, through, repairMinutes } = state;
  const nowAt = Date.parse(now);
  const course = furthest(coursesOf(state.hops, through, cutOff));
  const mended = repairMinutes > 0;
  if (course && course.length > through && !mended) {
    const spread = certainly(Date.parse(endOf(course.at(-1)!)));
    return { spread, hop: null, samples: 0, closes: 0, basis: "The data is in.", fixedUntil: null };
  }
  const like = likeLoads(state, earlier);
  if (!like) return null;
  const done = mended ? 0 : (course?.length ?? 0);
  const left = like.loads.map(({ ends }) => ends[through]! - (done > 0 ? ends[done - 1]! : 0));
  const taken = mended ? null : (course?.[0] ?? takenNow(state));
  const told = { hop: longestHop(like.loads, done, through), samples: like.loads.length, closes: like.closes };
  if (mended) {
    const begin = Math.max(nowAt + repairMinutes * MINUTE, Date.parse(cutOff));
    const basis = `${like.basis}, and ${repairMinutes} minutes for the repair.`;
    return { spread: spreadOf(left.map((minutes) => begin + minutes * MINUTE)), ...told, basis, fixedUntil: null };
  }
  if (taken) {
    const from = Date.parse(done > 0 ? endOf(course!.at(-1)!) : startOf(taken));
    const spread = spreadOf(
      notOver(
        left.map((minutes) => from + minutes * MINUTE),
        left,
        nowAt,
      ),
    );
    return { spread, ...told, basis: `${like.basis}.`, fixedUntil: null };
  }
  const starts = like.loads.map(({ startMinutes }) => Date.parse(cutOff) + startMinutes * MINUTE);
  const waiting = like.loads.flatMap((_load, at) => (starts[at]! > nowAt ? [starts[at]! + left[at]! * MINUTE] : []));
  const ends = waiting.length > 0 ? waiting : left.map((minutes) => nowAt + minutes * MINUTE);
  const first = Math.min(...starts);
  const fixedUntil = first > nowAt ? new Date(first).toISOString() : null;
  return { spread: spreadOf(ends), ...told, basis: `${like.basis}.`, fixedUntil };
}

/** Finishes that still lie ahead; where it takes longer than ever before, as if what is under way began now. */
function notOver(ends: readonly number[], left: readonly number[], nowAt: number): readonly number[] {
  const ahead = ends.filter((end) => end > nowAt);
  return ahead.length > 0 ? ahead : left.map((minutes) => nowAt + minutes * MINUTE);
}

/** The batch furthest on its way; of two alike the one taken first. */
function furthest(courses: readonly Run[][]): Run[] | null {
  return courses.reduce<Run[] | null>((best, course) => (best && best.length >= course.length ? best : course), null);
}

/** The run that takes the data now. */
function takenNow({ hops, cutOff }: LoadState): Run | null {
  return hops[0]!.runs.findLast((run) => isActive(run) && startOf(run) >= cutOff) ?? null;
}

/** The entity's own where there are enough, else those of its time zone, whose shared loads run alike, else everybody's. */
function likeLoads(
  { entity, through }: LoadState,
  earlier: readonly PastLoad[],
): { loads: readonly PastLoad[]; closes: number; basis: string } | null {
  const complete = earlier.filter(({ ends }) => ends.length > through);
  const groups = [
    { words: `of ${entity.id}`, loads: complete.filter((load) => load.entity === entity.id) },
    { words: `of entities in ${entity.zone}`, loads: complete.filter(({ zone }) => zone === entity.zone) },
    { words: "of all entities", loads: complete },
  ];
  const group = groups.find(({ loads }) => loads.length >= FEWEST);
  if (!group) return null;
  const closes = new Set(group.loads.map(({ period }) => period)).size;
  const words = `${group.loads.length} loads ${group.words} in ${closes} earlier ${closes === 1 ? "close" : "closes"}`;
  return { loads: group.loads, closes, basis: `From ${words}` };
}

function longestHop(loads: readonly PastLoad[], done: number, through: number): number | null {
  let [longest, minutes] = [null as number | null, -1];
  for (let hop = done; hop <= through; hop++) {
    const mean = loads.reduce((sum, { ends }) => sum + ends[hop]! - (ends[hop - 1] ?? 0), 0) / loads.length;
    if (mean > minutes) [longest, minutes] = [hop, mean];
  }
  return longest;
}
