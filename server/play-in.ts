import type { StartedSandbox } from "../sandbox/start-sandbox.ts";
import type { Estate } from "../schemas/estate/estate.ts";
import { calendarsOf, GROUP } from "./close/calendars.ts";
import type { Collecting } from "./collect/collect.ts";
import { historyStops } from "./collect/history-stops.ts";
import { playHistory, type Gathering } from "./collect/play-history.ts";
import type { Say } from "./say.ts";

export interface PlayIn {
  estate: Estate;
  systems: readonly string[];
  collecting: Collecting;
  gathering: Gathering;
  say: Say;
}

/** Plays the demo's earlier closes in where that has not been done yet, then lets the clock run. */
export async function playIn(sandbox: StartedSandbox, deps: PlayIn): Promise<void> {
  const { estate, systems, collecting, gathering, say } = deps;
  const until = sandbox.historyUntil;
  if (until) {
    const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: estate.estate.zone });
    gathering.gather(true);
    await playHistory({
      ...{ until, systems, collecting, flush: gathering.flush },
      clock: { now: () => sandbox.clock.now(), stepTo: sandbox.drive.stepTo },
      stops: historyStops(calendarsOf(estate), GROUP, sandbox.clock.now(), until),
      progress: (share, at) => say.bar("Earlier closes", share, month.format(at)),
    });
    gathering.gather(false);
  }
  sandbox.begin();
}
