import type { Context } from "../context.ts";
import { findIncidents, type FoundIncidents } from "./find-incidents.ts";
import { namedExceptions } from "./findings.ts";
import { lookForExceptions, type Looking } from "./look-for-exceptions.ts";
import { recordIncidents, type RecordContext } from "./record-incidents.ts";
import { createSlowTroubles, type TroubleContext } from "./slow-troubles.ts";
import { upstreamOf } from "./upstream.ts";

export interface IncidentWatch {
  /** Says that something may have gone wrong or well. */
  look(): void;
  /** Says that what the engines hold has changed: quarantine, jobs outside the flows. */
  news(): void;
  /** Looks now and answers once it is written. */
  lookNow(): Promise<void>;
  /** From now on what time alone changes is looked at too. */
  start(): void;
  stop(): Promise<void>;
}

/** How long news gathers before it is looked at, and how often time alone is, in milliseconds. */
const SETTLE = 300;
const TICK = 2_000;
/**
 * A costly look is followed by a rest this many times as long, so that boards are answered in between. News after a look
 * that no news had asked for does not wait: what goes wrong first is told first.
 */
const REST = 9;
const LONGEST_REST = 5_000;

type Watching = Pick<Looking, "collectors" | "memo"> & {
  ctx: Looking["ctx"] & RecordContext & TroubleContext & Pick<Context, "log" | "touch">;
};

/** Looks for what is wrong when facts change and when time alone does, one look at a time, and writes incidents on. */
export function watchIncidents({ ctx, collectors, memo }: Watching): IncidentWatch {
  const slow = createSlowTroubles(ctx);
  const order = upstreamOf(ctx.estate);
  let named: ReadonlyMap<string, string> = new Map();
  let waiting: NodeJS.Timeout | null = null;
  let ticking: NodeJS.Timeout | null = null;
  let dueAt = Infinity;
  let heard = false;
  const restsUntil = { news: 0, tick: 0 };
  let work: Promise<void> = Promise.resolve();

  const pass = async () => {
    const began = performance.now();
    const byNews = heard;
    heard = false;
    const found = findIncidents(ctx.estate, order, await lookForExceptions({ ctx, collectors, memo, slow }));
    const now = namesOf(found);
    const moved = new Set([...now].filter(([key, names]) => named.get(key) !== names).map(([key]) => key));
    const written = await recordIncidents(ctx, found, moved);
    named = now;
    if (written > 0) ctx.touch("incidents");
    const ended = performance.now();
    restsUntil.tick = ended + Math.min(LONGEST_REST, REST * (ended - began));
    if (byNews) restsUntil.news = restsUntil.tick;
  };
  const lookNow = () => {
    const next = work.then(pass);
    work = next.catch((error: unknown) => ctx.log.error({ err: error }, "incidents could not be looked for"));
    return next;
  };
  const lookAfter = (rest: number) => {
    const at = Math.max(performance.now() + SETTLE, rest);
    if (at >= dueAt) return;
    if (waiting) clearTimeout(waiting);
    dueAt = at;
    waiting = setTimeout(() => {
      waiting = null;
      dueAt = Infinity;
      lookNow().catch(() => {});
    }, at - performance.now());
  };
  const look = () => {
    if (!ticking) return;
    heard = true;
    lookAfter(restsUntil.news);
  };
  return {
    look,
    lookNow,
    news() {
      slow.forget();
      look();
    },
    start() {
      ticking ??= setInterval(() => lookAfter(restsUntil.tick), TICK);
      ticking.unref();
      look();
    },
    async stop() {
      if (ticking) clearInterval(ticking);
      if (waiting) clearTimeout(waiting);
      ticking = null;
      waiting = null;
      await work;
    },
  };
}

/** By cause, what its incident names: told apart so that only what differs is written. */
function namesOf({ groups }: FoundIncidents): Map<string, string> {
  return new Map(
    [...groups].map(([causeKey, group]) => [
      causeKey,
      namedExceptions(group)
        .map(({ key, part, severity, runId }) => `${key} ${part} ${severity} ${runId}`)
        .join("\n"),
    ]),
  );
}
