import type { MiddlewareHandler } from "hono";
import type { World } from "./sandbox.ts";

/**
 * Refuses what is asked beyond a bucket of requests, as the vendor answers it. The bucket fills by the world's clock,
 * and by real time so that a paused world still answers.
 */
export function limitsRequests(
  world: World,
  limit: { perSecond: number; burst: number },
  refused: () => Response,
): MiddlewareHandler {
  let left = limit.burst;
  let filledAt = { world: world.now(), real: Date.now() };
  return async (_, next) => {
    const now = { world: world.now(), real: Date.now() };
    const elapsed = Math.max(0, now.world - filledAt.world, now.real - filledAt.real);
    left = Math.min(limit.burst, left + (elapsed / 1000) * limit.perSecond);
    filledAt = now;
    if (left < 1) return refused();
    left -= 1;
    return next();
  };
}
