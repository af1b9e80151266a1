import type { Actor } from "../context.ts";

/**
 * Whether a period is among those an actor may see. What is of no period, or of several, is for nobody whose sight is limited
 * to some.
 */
export function inPeriods(actor: Pick<Actor, "periods">, period: string | null | undefined): boolean {
  if (!actor.periods) return true;
  return typeof period === "string" && actor.periods.includes(period);
}
