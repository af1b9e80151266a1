import type { Context } from "../context.ts";
import { createAllowance } from "./allowance.ts";
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
/** Looks leave boards most of the time. After a quiet while several may follow each other: what goes wrong is told at once. */
const LOOKS = { share: 0.15, saved: 1_000, longestRest: 5_000 };
/** What looks for time alone leave to news, in milliseconds of looking. */
const FOR_NEWS = LOOKS.saved / 2;

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
  const allowance = createAllowance(LOOKS);
  let work: Promise<void> = Promise.resolve();

  const pass = async () => {
    const began = performance.now();
    const found = findIncidents(ctx.estate, order, await lookForExceptions({ ctx, collectors, memo, slow }));
    const now = namesOf(found);
    const moved = new Set([...now].filter(([key, names]) => named.get(key) !== names).map(([key]) => key));
    const written = await recordIncidents(ctx, found, moved);
    named = now;
    if (written > 0) ctx.touch("incidents");
    allowance.spend(began, performance.now());
  };
  const lookNow = () => {
    const next = work.then(pass);
    work = next.catch((error: unknown) => ctx.log.error({ err: error }, "incidents could not be looked for"));
    return next;
  };
  const lookLeaving = (spare: number) => {
    const now = performance.now();
    const at = Math.max(now + SETTLE, allowance.leaves(spare, now));
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
    if (ticking) lookLeaving(0);
  };
  return {
    look,
    lookNow,
    news() {
      slow.forget();
      look();
    },
    start() {
      ticking ??= setInterval(() => lookLeaving(FOR_NEWS), TICK);
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
