import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { uniqueSymbol } from "hono-openapi";
import type { Actor, Scope } from "../context.ts";
import { Fault } from "../fault.ts";
import type { Identify } from "./identify.ts";
import { bearerOf } from "./identify.ts";
import { demandPeriods } from "./period-doors.ts";
import { SCOPE_TITLES } from "./permissions.ts";
import { refuseOtherSites } from "./same-origin.ts";

/** Lets a request through to what needs a scope; the actor is `c.get("actor")` from there on. */
export type Permit = (scope: Scope) => MiddlewareHandler<{ Variables: { actor: Actor } }>;

/** The one place where routes are guarded. `publicUrl` is the address people open. */
export function createPermit(deps: { identify: Identify; publicUrl: string }): Permit {
  return (scope) => {
    const guard: MiddlewareHandler<{ Variables: { actor: Actor } }> = async (c, next) => {
      const actor = await deps.identify(c.req.raw.headers);
      if (!bearerOf(c.req.raw.headers)) refuseOtherSites(c.req.raw, deps.publicUrl);
      demand(actor, scope);
      demandPeriods(actor, routePath(c), c.req.param("period") ?? c.req.query("period"));
      c.set("actor", actor);
      await next();
    };
    // The API's document says of each route what it asks for, and a test asks each route as every role.
    return Object.assign(guard, { [uniqueSymbol]: { spec: { "x-scope": scope } } });
  };
}

/** Refuses an actor who lacks a scope; verbs call it too, so that no door can forget. */
export function demand(actor: Actor, scope: Scope): void {
  if (actor.scopes.includes(scope)) return;
  const who = actor.kind === "key" ? `The key “${actor.name}”` : actor.name;
  throw new Fault("not-permitted", `${who} may not: ${SCOPE_TITLES[scope].toLowerCase()}.`, { scope });
}
