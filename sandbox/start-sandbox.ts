import { join } from "node:path";
import type { Logger } from "pino";
import { SANDBOXES } from "../collectors/sandboxes.ts";
import type { World } from "../collectors/sandbox.ts";
import type { Estate } from "../schemas/estate/estate.ts";
import type { DatasetEvent } from "../schemas/event/open-lineage.ts";
import { createClock, type SimulatedClock } from "./clock.ts";
import { lineFiles, type LineFile } from "./line-files.ts";
import { postingPeriodEvents } from "./posting-periods.ts";
import { readSavedPlay, savePlay, scenarioDigest } from "./saved-play.ts";
import { loadScenario } from "./scenario.ts";
import { serveSystem } from "./serve-system.ts";
import { createWorld } from "./world/create-world.ts";
import type { Label } from "./world/fault-script.ts";
import { createWorkDays } from "./world/work-days.ts";

const SAVED_EVERY = 5_000;

export interface StartedSandbox {
  world: World;
  clock: SimulatedClock;
  /** For each system played: connection key → value, as its collector asks for them. */
  systems: Record<string, { connection: Record<string, string> }>;
  /** Where live play begins; null once the clock has passed it. What lies before is history to be stepped through. */
  historyUntil: Date | null;
  drive: {
    setSpeed(secondsPerSecond: number): void;
    pause(): void;
    resume(): void;
    runUntil(instant: Date): void;
    stepTo(instant: Date): void;
  };
  /** Lets the clock go on as it went when it was last saved; a first play runs. Until then it stands still. */
  begin(): void;
  /** What the systems have pushed by themselves so far, oldest first; only ever longer. */
  pushed(): DatasetEvent[];
  /** Files of lines that the latest loads have written, for the door for lines. */
  lineFiles(): LineFile[];
  /** What goes wrong in this play, as ground truth. */
  labels(): Label[];
  stop(): Promise<void>;
}

export interface SandboxStart {
  estate: Estate;
  /** A scenario file; the one named like the estate by default. */
  scenario?: string;
  /** Where the play is kept between starts. */
  dataDirectory: string;
  log: Logger;
}

/**
 * Plays every system of the estate that has a sandbox, each served on a port of its own on the loopback. Started again
 * over the same data folder the play goes on where it stood, with everything people did to it.
 */
export async function startSandbox(start: SandboxStart): Promise<StartedSandbox> {
  const { estate, dataDirectory, log } = start;
  const file = start.scenario ?? join(import.meta.dirname, "scenarios", `${estate.estate.name}.yaml`);
  const scenario = loadScenario(file);
  const saved = readSavedPlay(dataDirectory, scenario);
  const seed = saved?.seed ?? scenario.seed;
  const clock = createClock({
    at: saved?.at ?? Date.parse(scenario.from),
    speed: saved?.speed ?? scenario.speed,
    paused: true,
    endsAt: saved ? saved.endsAt : Date.parse(scenario.endsAt),
  });
  let begun = false;
  const save = () => {
    const state = clock.state();
    const paused = begun ? state.paused : (saved?.paused ?? false);
    savePlay(dataDirectory, { ...state, paused, scenario: scenarioDigest(scenario), seed, acts: [...world.acts()] });
  };
  const acts = saved?.acts ?? [];
  const world = createWorld({ estate, scenario, seed, acts, now: () => clock.now().getTime(), acted: () => save() });
  const days = createWorkDays(estate);
  const served = await serveAll(estate, world, log);
  const timer = setInterval(save, SAVED_EVERY).unref();
  const saving = (change: () => void) => {
    change();
    save();
  };
  return {
    ...{ world, clock, labels: world.labels },
    lineFiles: () => lineFiles({ estate, scenario, world, days }),
    pushed: () => postingPeriodEvents(estate, scenario, days, clock.now().getTime()),
    systems: Object.fromEntries(served.map(({ id, connection }) => [id, { connection }])),
    historyUntil: clock.now().getTime() < Date.parse(scenario.startsAt) ? new Date(scenario.startsAt) : null,
    drive: {
      setSpeed: (secondsPerSecond) => saving(() => clock.setSpeed(secondsPerSecond)),
      pause: () => saving(clock.pause),
      resume: () => saving(() => ((begun = true), clock.resume())),
      runUntil: (instant) => saving(() => ((begun = true), clock.runUntil(instant))),
      stepTo: clock.stepTo,
    },
    begin() {
      begun = true;
      if (!saved?.paused) clock.resume();
    },
    async stop() {
      clearInterval(timer);
      save();
      await Promise.all(served.map(({ close }) => close()));
    },
  };
}

async function serveAll(estate: Estate, world: World, log: Logger) {
  const served = [];
  for (const system of estate.systems) {
    const sandbox = SANDBOXES.find(({ collector }) => collector === system.collector);
    if (!sandbox) log.info({ system: system.id }, "no sandbox plays this system");
    else served.push(await serveSystem(sandbox, world, system));
  }
  return served;
}
