import type { Context } from "../context.ts";
import { standingSignoffs } from "../store/postgres/signoffs.ts";
import { decisionsOf } from "./decisions.ts";
import { expireWaivers } from "./expire-waivers.ts";
import type { Closing } from "./look-at.ts";
import { suspendSignoffs } from "./suspend-signoffs.ts";

export interface SignoffWatch {
  /** Says that facts may have moved. */
  look(): void;
  stop(): Promise<void>;
}

/** How long news gathers before it is looked at, and how often time alone is, in milliseconds. */
const SETTLE = 250;
const TICK = 5000;

/**
 * Records the end of what does not stand any more: sign-offs whose ground has changed and waivers whose time is over. A
 * sign-off is looked at again only when facts of its entity and period have moved, or what people decided on them.
 */
export function watchSignoffs(closing: Closing & { ctx: Pick<Context, "log"> }): SignoffWatch {
  const { facts, log, postgres } = closing.ctx;
  let seen: ReadonlyMap<string, string> = new Map();
  let waiting: NodeJS.Timeout | null = null;
  let work: Promise<void> = Promise.resolve();

  const pass = async () => {
    await expireWaivers(closing);
    const standing = await postgres.ask(standingSignoffs, {});
    const periods = [...new Set(standing.map(({ period }) => period))];
    const decided = new Map(
      await Promise.all(periods.map(async (period) => [period, await decisionsOf(postgres, period)] as const)),
    );
    // Taken before looking, so that what moves meanwhile is looked at again.
    const states = new Map(
      standing.map(({ id, entity, period }) => {
        return [id, `${facts.version(entity, period)} ${decided.get(period)!.of(entity).revision}`];
      }),
    );
    await suspendSignoffs(
      closing,
      standing.filter(({ id }) => seen.get(id) !== states.get(id)),
    );
    seen = states;
  };
  const run = () => {
    // News that comes while this waits for the pass before it is looked at by the same one.
    const next = () => ((waiting = null), pass());
    work = work.then(next).catch((error: unknown) => log.error({ err: error }, "sign-offs could not be looked at"));
  };
  const look = () => void (waiting ??= setTimeout(run, SETTLE));
  const ticking = setInterval(look, TICK);
  ticking.unref();
  return {
    look,
    async stop() {
      clearInterval(ticking);
      if (waiting) clearTimeout(waiting);
      await work;
    },
  };
}
