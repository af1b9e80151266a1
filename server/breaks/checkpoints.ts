import type { Context } from "../context.ts";
import { createChecking, type Checking, type CheckingContext, type LatestCheck, type Trigger } from "./checking.ts";
import type { CheckScope } from "./due-checks.ts";

export interface Checkpoints extends Pick<Checking, "latest" | "load"> {
  /** Figures arrived: what they changed is checked in a moment. */
  arrived(): void;
  /** Checks now, one caller after the other; only what facts or time changed unless a scope says what. */
  check(trigger: Trigger, scope?: CheckScope): Promise<LatestCheck[]>;
  /** Takes up what earlier processes found, checks everything open and from then on what time alone changes. */
  start(): Promise<void>;
  /** From now on this process writes what it finds: everything is checked once more, for what another left unwritten. */
  takeOver(): Promise<void>;
  stop(): Promise<void>;
}

/** Milliseconds after figures arrived, so that what comes together is checked together. */
const SETTLE = 250;
/** Milliseconds between looks at the clock. */
const TICK = 2_000;
/** A costly check rests this many times as long before data sets off the next, so that input and boards have their turn. */
const REST = 3;
const LONGEST_REST = 3_000;

/** Runs reconciliations when data arrives, when time alone changes a verdict, and when they are asked for. */
export function createCheckpoints(
  ctx: CheckingContext & Pick<Context, "log">,
  judges: () => boolean = () => true,
): Checkpoints {
  const checking = createChecking(ctx, judges);
  let work: Promise<unknown> = Promise.resolve();
  let waiting = false;
  let settle: NodeJS.Timeout | null = null;
  let ticking: NodeJS.Timeout | null = null;
  let restsUntil = 0;

  const check: Checkpoints["check"] = (trigger, scope) => {
    const next = work.then(() => checking.run(trigger, scope));
    work = next.catch(() => {});
    return next;
  };
  /** One check waiting serves everybody who asks meanwhile. */
  const soon = (trigger: Trigger) => {
    if (waiting) return;
    waiting = true;
    work = work
      .then(async () => {
        waiting = false;
        const began = performance.now();
        await checking.run(trigger);
        const ended = performance.now();
        restsUntil = ended + Math.min(LONGEST_REST, REST * (ended - began));
      })
      .catch((error: unknown) => ctx.log.error({ err: error }, "reconciliations could not be checked"));
  };
  return {
    latest: checking.latest,
    load: checking.load,
    check,
    arrived() {
      if (!ticking) return;
      const wait = Math.max(SETTLE, restsUntil - performance.now());
      settle ??= setTimeout(() => {
        settle = null;
        soon("arrival");
      }, wait);
    },
    async start() {
      await checking.load();
      ticking = setInterval(() => soon("schedule"), TICK);
      ticking.unref();
      soon("schedule");
    },
    async takeOver() {
      await checking.load();
      checking.forget();
      soon("schedule");
    },
    async stop() {
      if (settle) clearTimeout(settle);
      if (ticking) clearInterval(ticking);
      ticking = null;
      await work;
    },
  };
}
