import { alertWork } from "../store/postgres/alerts.ts";
import type { AlertContext } from "./alert-context.ts";
import { deliverDue, updateStale } from "./deliver-due.ts";
import { takeChanges, takeEscalations } from "./take-changes.ts";

/** How often it is asked whether time alone made something due, in real milliseconds. */
const LOOK = 150;

/** Rounds under way, by context: one at a time in a process, and one more where something came in between. */
const busy = new WeakMap<object, { running: Promise<void>; again: boolean }>();

/** Tells everybody who is to be told now: of what changed, of what grew old, of what is due. Bears any repetition. */
export function dispatchAlerts(ctx: AlertContext): Promise<void> {
  const under = busy.get(ctx.alerting);
  if (under) {
    under.again = true;
    return under.running;
  }
  const round = { again: false, running: Promise.resolve() };
  busy.set(ctx.alerting, round);
  round.running = (async () => {
    try {
      do {
        round.again = false;
        await dispatchOnce(ctx);
      } while (round.again);
    } finally {
      busy.delete(ctx.alerting);
    }
  })();
  return round.running;
}

async function dispatchOnce(ctx: AlertContext): Promise<void> {
  for (const step of [takeChanges, takeEscalations, deliverDue, updateStale]) {
    while (await step(ctx));
  }
}

/** Looks now and then whether something is due, so that no announcement that got lost delays anybody. Answers how to stop. */
export function watchAlerts(ctx: AlertContext): () => Promise<void> {
  let stopped = false;
  let round = Promise.resolve();
  const look = async () => {
    const now = ctx.clock.now().toISOString();
    const [work] = await ctx.postgres.ask(alertWork, { now, realNow: new Date().toISOString() });
    if (work && (work.changes || work.due)) await dispatchAlerts(ctx);
  };
  const timer = setInterval(() => {
    round = round.then(async () => {
      if (!stopped)
        await look().catch((error: unknown) => ctx.log.error({ err: error }, "alerts could not be looked at"));
    });
  }, LOOK);
  return async () => {
    stopped = true;
    clearInterval(timer);
    await round;
  };
}
