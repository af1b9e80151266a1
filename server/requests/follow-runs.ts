import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "../../schemas/run.ts";
import type { Context } from "../context.ts";
import { isAway } from "../store/engine-away.ts";
import { settleRequests } from "./settle-requests.ts";

/** Milliseconds in which runs gather before requests are compared with them: each comparison asks the database once. */
const GATHER = 50;
/** Milliseconds before they are compared once more, where the database could not be reached. */
const AGAIN = 1_000;

/**
 * Moves requests on with runs as they are heard of, gathered, in one question after another. What was heard while the
 * database was away is compared once it is back, and what was not before a stop at the next start.
 */
export function createFollowing(ctx: Context): (runIds: Iterable<string>) => void {
  const waiting = new Set<string>();
  let working: Promise<void> | null = null;

  const work = async () => {
    while (waiting.size > 0) {
      await sleep(GATHER, undefined, { ref: false });
      const heard = [...waiting];
      waiting.clear();
      const runs: Run[] = heard.flatMap((id) => ctx.facts.run(id) ?? []);
      await settleRequests(ctx, runs).catch(async (error: unknown) => {
        ctx.log.error({ err: error }, "requests could not be settled");
        if (!isAway(error)) return;
        for (const id of heard) waiting.add(id);
        await sleep(AGAIN, undefined, { ref: false });
      });
    }
    working = null;
  };
  return (runIds) => {
    for (const id of runIds) waiting.add(id);
    if (waiting.size > 0) working ??= work();
  };
}
