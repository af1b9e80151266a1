import type { Actor } from "../context.ts";

/** What of the estate somebody sees. */
export type Sight = Pick<Actor, "entities" | "periods">;

/** Periods as questions take them: null is all. */
export function periodsAsked({ periods }: Pick<Actor, "periods">): string[] | null {
  return periods ? [...periods] : null;
}

/**
 * Whether a period is among those an actor may see. What is of no period, or of several, is for nobody whose sight is limited
 * to some.
 */
export function inPeriods(actor: Pick<Actor, "periods">, period: string | null | undefined): boolean {
  if (!actor.periods) return true;
  return typeof period === "string" && actor.periods.includes(period);
}

/** The same of something that may be of several: all of them are theirs, and there is one. */
export function withinPeriods(actor: Pick<Actor, "periods">, periods: readonly string[]): boolean {
  return !actor.periods || (periods.length > 0 && periods.every((period) => inPeriods(actor, period)));
}
