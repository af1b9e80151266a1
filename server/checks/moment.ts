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
  /**
   * The moment as far as systems have been read: what has not been seen can be called missing or late only up to the
   * latest reading of each of them.
   */
  seenThrough(...systems: string[]): Moment;
  /** Null when time alone changes nothing any more. */
  turnsAt(): Instant | null;
  /** Whether a verdict judged here would be the same at another moment, its facts being the same. */
  holdsAt(now: Instant, read: Readings): boolean;
}

/** When the last complete reading of each system began; a system without a collector is always up to date. */
export type Readings = ReadonlyMap<string, Instant>;

export function momentOf(now: Date, read: Readings = new Map()): Moment {
  return momentAt(now.toISOString(), read);
}

function momentAt(now: Instant, read: Readings): Moment {
  let turns: Instant | null = null;
  const seen = new Map<string, { systems: string[]; moment: Moment }>();
  const past = (at: Instant) => {
    if (at <= now) return true;
    if (turns === null || at < turns) turns = at;
    return false;
  };
  const pastBy = (at: Instant, minutes: number) => past(addMinutes(at, minutes));
  return {
    now,
    past,
    pastBy,
    lastPast(ascending, minutes) {
      const limit = addMinutes(now, -minutes);
      const next = ascending.findIndex((at) => at > limit);
      if (next >= 0) pastBy(ascending[next]!, minutes);
      return (next < 0 ? ascending.length : next) - 1;
    },
    seenThrough(...systems) {
      const key = systems.join("\n");
      const known = seen.get(key) ?? { systems, moment: momentAt(earliestRead(now, read, systems), read) };
      seen.set(key, known);
      return known.moment;
    },
    turnsAt: () => turns,
    holdsAt: (later, readLater) =>
      now <= later &&
      (turns === null || later < turns) &&
      [...seen.values()].every(({ systems, moment }) =>
        moment.holdsAt(earliestRead(later, readLater, systems), readLater),
      ),
  };
}

function earliestRead(now: Instant, read: Readings, systems: readonly string[]): Instant {
  return systems.map((system) => read.get(system) ?? now).reduce((first, at) => (at < first ? at : first), now);
}

const NEVER = "1970-01-01T00:00:00.000Z";

/** How far each collector has read; one that has read nothing yet has seen nothing. */
export function readingsOf(collectors: readonly CollectorReading[]): Readings {
  return new Map(collectors.map((row) => [row.system, row.readThroughAt ?? row.lastPollAt ?? NEVER]));
}

interface CollectorReading {
  system: string;
  readThroughAt?: Instant | null;
  lastPollAt: Instant | null;
}

export function addMinutes(at: Instant, minutes: number): Instant {
  return new Date(Date.parse(at) + minutes * 60_000).toISOString();
}

/** Whole minutes from one instant to a later one. */
export function minutesBetween(from: Instant, to: Instant): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / 60_000);
}
