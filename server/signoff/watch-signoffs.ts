import type { Context } from "../context.ts";
import { standingSignoffs } from "../store/postgres/signoffs.ts";
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
 * sign-off is looked at again only when facts of its entity and period have moved, or waivers have.
 */
export function watchSignoffs(closing: Closing & { ctx: Pick<Context, "log"> }): SignoffWatch {
  const { facts, log, postgres } = closing.ctx;
  const seen = new Map<string, string>();
  let waiting: NodeJS.Timeout | null = null;
  let work: Promise<void> = Promise.resolve();

  const pass = async () => {
    const expired = await expireWaivers(closing);
    const standing = await postgres.ask(standingSignoffs, {});
    if (expired > 0) seen.clear();
    const moved = standing.filter(({ id, entity, period }) => seen.get(id) !== String(facts.version(entity, period)));
    await suspendSignoffs(closing, moved);
    seen.clear();
    for (const { id, entity, period } of standing) seen.set(id, String(facts.version(entity, period)));
  };
  const run = () => {
    waiting = null;
    work = work.then(pass).catch((error: unknown) => log.error({ err: error }, "sign-offs could not be looked at"));
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
