import pino from "pino";
import { afterEach, expect } from "vitest";
import { Hono } from "hono";
import type { Collector, Connected } from "../../collectors/collector.ts";
import { collectors } from "../../collectors/index.ts";
import type { ApiFault, World } from "../../collectors/sandbox.ts";
import { SANDBOXES } from "../../collectors/sandboxes.ts";
import type { DatasetEvent, RunEvent } from "../../schemas/event/open-lineage.ts";
import { serveSystem } from "../../sandbox/serve-system.ts";
import { createWorld, type Act, type PlayedWorld } from "../../sandbox/world/create-world.ts";
import { exampleActs } from "./example-acts.ts";
import { exampleEstate, exampleScenario } from "./example-estate.ts";

export type Collected = RunEvent | DatasetEvent;

/** Collectors whose vendor can be played, each with the smallest estate its system can stand in. */
export const PLAYED = collectors.flatMap((collector) => {
  const sandbox = SANDBOXES.find((candidate) => candidate.collector === collector.id);
  if (!sandbox) return [];
  const estate = exampleEstate(sandbox);
  const system = estate.systems.find((candidate) => candidate.collector === collector.id)!;
  const scenario = exampleScenario(sandbox);
  const acts = exampleActs(estate, scenario, system.id);
  return [{ id: collector.id, collector, sandbox, system, estate, scenario, acts }];
});
export type Played = (typeof PLAYED)[number];

type Intercept = (request: Request, vendor: Hono) => Response | Promise<Response> | null;

export interface Stage {
  world: PlayedWorld;
  clock: { now(): Date; pass(minutes: number): void };
  /** A collector of its own, as after a restart. */
  open(): Connected;
  /** Takes the place of the vendor's answer where it answers something; may ask the vendor itself. */
  intercept: Intercept | null;
  /** The API fault in force. */
  fault: ((asked: number) => ApiFault | null) | null;
  /** Whether requests go over a socket; without one they cost half, and are answered by the same vendor all the same. */
  wired: boolean;
  /** How far the collectors' clock is ahead of the vendor's. */
  skewMinutes: number;
  /** What collectors said deserves a look. */
  notices: string[];
  /** Requests the collectors made so far. */
  requests(): number;
  /** What was done through the vendor's API since the stage was set. */
  acts(): readonly Act[];
  /** Everything logged. */
  logged(): string;
  /** The system's secrets, as they would look if they leaked. */
  secrets: string[];
  close(): Promise<void>;
}

/** The small estate played up to an instant, its system served over HTTP. Nobody waits in real time. */
export async function stageOf(played: Played, at: string, settings: Record<string, unknown> = {}): Promise<Stage> {
  let now = Date.parse(at);
  let requests = 0;
  let asked = 0;
  const logged: string[] = [];
  const { estate, scenario } = played;
  const real = createWorld({ estate, scenario, acts: played.acts.filter((act) => act.at <= now), now: () => now });
  /** Moves the clock on, stopping where somebody does something. */
  const pass = (minutes: number) => {
    const until = now + minutes * 60_000;
    for (const act of played.acts.filter((each) => each.at > now && each.at <= until)) {
      now = act.at;
      perform(real, act);
    }
    now = until;
  };
  const world: World = { ...real, fault: () => stage.fault?.(++asked) ?? null };
  const system = { ...played.system, settings: { ...played.system.settings, ...settings } };
  const served = await serveSystem(
    intercepted(played, () => stage.intercept),
    world,
    system,
  );
  const log = pino({ level: "trace" }, { write: (line: string) => void logged.push(line) });
  const stage: Stage = {
    world: real,
    clock: {
      now: () => new Date(now),
      pass,
    },
    open: () =>
      (played.collector as Collector).open(
        {
          id: system.id,
          namespace: system.namespace,
          settings: played.collector.settings.parse(system.settings),
          connection: served.connection,
        },
        {
          clock: { now: () => new Date(now + stage.skewMinutes * 60_000) },
          fetch: (address, request) =>
            stage.wired ? fetch(address, request) : served.fetch(new Request(address, request)),
          ...{ log, counted: () => (requests += 1), wait: async () => {} },
          noticed: ({ message }) => message && stage.notices.push(message),
        },
      ),
    intercept: null,
    fault: null,
    wired: true,
    skewMinutes: 0,
    notices: [],
    requests: () => requests,
    acts: () => real.acts().filter((act) => !played.acts.some((scripted) => scripted.at === act.at)),
    logged: () => logged.join(""),
    secrets: Object.entries(played.sandbox.secrets)
      .filter(([key]) => /password|secret/i.test(key))
      .flatMap(([, secret]) => [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)]),
    close: served.close,
  };
  return stage;
}

/** Sets stages that are struck after each test. */
export function stageHand(): typeof stageOf {
  const stages: Stage[] = [];
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.close();
  });
  return async (...asked) => {
    const stage = await stageOf(...asked);
    stages.push(stage);
    return stage;
  };
}

function perform(world: PlayedWorld, act: Act): void {
  if (act.kind === "cancel") world.cancel(act.system, act.key);
  else world.start(act.system, act.job, { parameters: act.parameters });
}

function intercepted({ sandbox }: Played, intercept: () => Stage["intercept"]): Played["sandbox"] {
  return {
    ...sandbox,
    app(world, options) {
      const vendor = sandbox.app(world, options);
      return new Hono().all(
        "*",
        async (c) => (await intercept()?.(c.req.raw.clone(), vendor)) ?? vendor.fetch(c.req.raw),
      );
    },
  };
}

/** Reads on until the vendor has no more to give. Cursors go through JSON, as through the store. */
export async function readOn(connected: Connected, cursor: unknown): Promise<{ events: Collected[]; cursor: unknown }> {
  const events: Collected[] = [];
  for (let more = true; more;) {
    const pull = await connected.pull(cursor === null ? null : JSON.parse(JSON.stringify(cursor)));
    if (pull.more) expect(pull.cursor, "there is more to read, and it begins elsewhere").not.toEqual(cursor);
    events.push(...pull.events);
    ({ cursor, more } = pull);
  }
  return { events, cursor };
}

export function isRun(event: Collected): event is RunEvent {
  return "run" in event;
}

export function bytes(events: readonly Collected[]): string[] {
  return events.map((event) => JSON.stringify(event));
}
