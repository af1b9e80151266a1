import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "../../schemas/run.ts";
import type { Context } from "../context.ts";
import { settleRequests } from "./settle-requests.ts";

/** Milliseconds in which runs gather before requests are compared with them: each comparison asks the database once. */
const GATHER = 50;

/**
 * Moves requests on with runs as they are heard of, gathered, in one question after another. A run that was not compared
 * before a stop is compared at the next start.
 */
export function createFollowing(ctx: Context): (runIds: Iterable<string>) => void {
  const waiting = new Set<string>();
  let working: Promise<void> | null = null;

  const work = async () => {
    while (waiting.size > 0) {
      await sleep(GATHER, undefined, { ref: false });
      const runs: Run[] = [...waiting].flatMap((id) => ctx.facts.run(id) ?? []);
      waiting.clear();
      await settleRequests(ctx, runs).catch((error: unknown) =>
        ctx.log.error({ err: error }, "requests could not be settled"),
      );
    }
    working = null;
  };
  return (runIds) => {
    for (const id of runIds) waiting.add(id);
    if (waiting.size > 0) working ??= work();
  };
}
