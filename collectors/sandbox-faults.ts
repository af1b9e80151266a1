import type { MiddlewareHandler } from "hono";
import type { World } from "./sandbox.ts";

/** Answers with the fault in force at a system, before its routes are reached. `refused` is the vendor's own 401. */
export function showsFaults(world: World, system: string, refused: () => Response): MiddlewareHandler {
  return async (c, next) => {
    const fault = world.fault(system);
    if (!fault) return next();
    if (fault.kind === "token-expired") return refused();
    if (fault.kind === "rate-limited") {
      return c.text("Too many requests", 429, { "retry-after": String(fault.retryAfterSeconds) });
    }
    if (fault.kind === "unavailable") {
      return c.html("<html><body><h1>Service unavailable</h1></body></html>", fault.status);
    }
    return c.body(fault.body, 200);
  };
}
