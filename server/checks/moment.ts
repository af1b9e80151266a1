import type { Instant } from "../../schemas/instant.ts";

/**
 * The instant a verdict is judged at. It remembers the next instant at which any of the comparisons made through it
 * would turn out otherwise, so that a verdict stays good until then as long as its facts do.
 */
export interface Moment {
  readonly now: Instant;
  past(at: Instant): boolean;
  /** Whether `minutes` have gone by since an instant. */
  pastBy(at: Instant, minutes: number): boolean;
  /** Index of the last of ascending instants that is past by `minutes`; −1 when none is. */
  lastPast(ascending: readonly Instant[], minutes: number): number;
  /** Null when time alone changes nothing any more. */
  turnsAt(): Instant | null;
}

export function momentOf(now: Date): Moment {
  const text = now.toISOString();
  let turns: Instant | null = null;
  const past = (at: Instant) => {
    if (at <= text) return true;
    if (turns === null || at < turns) turns = at;
    return false;
  };
  const pastBy = (at: Instant, minutes: number) => past(addMinutes(at, minutes));
  const lastPast = (ascending: readonly Instant[], minutes: number) => {
    const limit = addMinutes(text, -minutes);
    const next = ascending.findIndex((at) => at > limit);
    if (next >= 0) pastBy(ascending[next]!, minutes);
    return (next < 0 ? ascending.length : next) - 1;
  };
  return { now: text, past, pastBy, lastPast, turnsAt: () => turns };
}

export function addMinutes(at: Instant, minutes: number): Instant {
  return new Date(Date.parse(at) + minutes * 60_000).toISOString();
}

/** Whole minutes from one instant to a later one. */
export function minutesBetween(from: Instant, to: Instant): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / 60_000);
}
