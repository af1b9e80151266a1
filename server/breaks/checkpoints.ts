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
      .then(() => {
        waiting = false;
        return checking.run(trigger);
      })
      .catch((error: unknown) => ctx.log.error({ err: error }, "reconciliations could not be checked"));
  };
  return {
    latest: checking.latest,
    load: checking.load,
    check,
    arrived() {
      if (!ticking) return;
      settle ??= setTimeout(() => {
        settle = null;
        soon("arrival");
      }, SETTLE);
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
