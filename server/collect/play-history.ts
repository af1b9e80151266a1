import type { CollectDeps, Collecting } from "./collect.ts";
import type { CollectedEvent } from "./collected-event.ts";

export interface HistoryClock {
  now(): Date;
  /** Moves the simulated clock forward without playing the time between. */
  stepTo(instant: Date): void;
}

export interface History {
  clock: HistoryClock;
  until: Date;
  systems: readonly string[];
  /** Instants to stop and read at, in order; those passed already are left out. */
  stops: readonly Date[];
  collecting: Pick<Collecting, "pollNow">;
  /** Makes what was gathered durable; called every few stops and at the end. */
  flush(): Promise<void>;
  progress(share: number, at: Date): void;
}

/** Stops between two flushes: enough for batches worth inserting, few enough to lose little to a crash. */
const STOPS_PER_FLUSH = 12;

/**
 * Plays the demo's earlier closes in: the clock steps from stop to stop and every system is read as it was on that day,
 * over the same API a running tower reads. Interrupted, it goes on from the clock's saved instant.
 */
export async function playHistory(history: History): Promise<void> {
  const began = history.clock.now().getTime();
  const stops = history.stops.filter((stop) => stop.getTime() > began && stop <= history.until);
  let sinceFlush = 0;
  for (const stop of [...stops, history.until]) {
    history.clock.stepTo(stop);
    await Promise.all(history.systems.map((system) => history.collecting.pollNow(system)));
    if (++sinceFlush < STOPS_PER_FLUSH && stop !== history.until) continue;
    await history.flush();
    sinceFlush = 0;
    history.progress((stop.getTime() - began) / Math.max(1, history.until.getTime() - began), stop);
  }
}

export interface Gathering extends Pick<CollectDeps, "accept" | "cursors"> {
  /** While gathering, events and cursors wait in memory for `flush`; afterwards each poll is durable by itself. */
  gather(on: boolean): void;
  flush(): Promise<void>;
}

/** Lets many small readings of the past share one insert, with every cursor saved only after its events are durable. */
export function createGathering(durable: Pick<CollectDeps, "accept" | "cursors">): Gathering {
  let gathering = false;
  let events: { source: string; event: CollectedEvent }[] = [];
  const cursors = new Map<string, unknown>();
  const flush = async () => {
    const sources = Map.groupBy(events, (entry) => entry.source);
    events = [];
    await Promise.all(
      [...sources].map(([source, entries]) =>
        durable.accept(
          entries.map((entry) => entry.event),
          source,
        ),
      ),
    );
    for (const [system, cursor] of cursors) await durable.cursors.save(system, cursor);
    cursors.clear();
  };
  return {
    gather: (on) => {
      gathering = on;
    },
    flush,
    async accept(batch, source) {
      if (gathering) events.push(...batch.map((event) => ({ source, event })));
      else await durable.accept(batch, source);
    },
    cursors: {
      load: (system) => durable.cursors.load(system),
      async save(system, cursor) {
        if (gathering) cursors.set(system, cursor);
        else await durable.cursors.save(system, cursor);
      },
    },
  };
}
