import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import pino from "pino";
import { stringify } from "yaml";
import type { ApiFault, SimRun } from "../../collectors/sandbox.ts";
import { readEstate } from "../../sandbox/read-estate.ts";
import { loadScenario } from "../../sandbox/scenario.ts";
import { startSandbox } from "../../sandbox/start-sandbox.ts";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const SCENARIO = resolve(import.meta.dirname, "../../sandbox/scenarios/meridian.yaml");
/** A morning in the close, with three days of it before, so that there is little to read first. */
const FROM = "2026-10-30T00:00:00Z";
const BEGINS = "2026-11-03T07:40:00Z";

/** The demo's systems, played in this process, each behind a proxy; their clock goes at the pace of real time. */
export interface Vendors {
  /** What the collectors' connections need. */
  env: Record<string, string>;
  systems: readonly string[];
  proxies: ReadonlyMap<string, TcpProxy>;
  now(): number;
  /** Moves the systems' clock on. */
  forward(milliseconds: number): void;
  /** Lets a system's API show a fault, or none of ours. */
  show(system: string, fault: ApiFault | null): void;
  /** The systems' ledger of what was started from outside, each run once. */
  started: ReadonlySet<SimRun>;
  stop(): Promise<void>;
}

export async function openVendors(directory: string, estateDirectory: string): Promise<Vendors> {
  const estate = readEstate(estateDirectory);
  const scenario = join(directory, "scenario.yaml");
  mkdirSync(directory, { recursive: true });
  writeFileSync(scenario, stringify({ ...loadScenario(SCENARIO), from: FROM, startsAt: BEGINS, speed: 1 }));
  const sandbox = await startSandbox({ estate, scenario, dataDirectory: directory, log: pino({ level: "silent" }) });
  const { world } = sandbox;
  const shown = new Map<string, ApiFault>();
  const played = world.fault;
  world.fault = (system) => shown.get(system) ?? played(system);
  const started = new Set<SimRun>();
  const start = world.start;
  world.start = (...asked) => {
    const run = start(...asked);
    started.add(run);
    return run;
  };
  const proxies = new Map<string, TcpProxy>();
  const env: Record<string, string> = {};
  for (const { id, connection: names } of estate.systems) {
    const { connection } = sandbox.systems[id]!;
    const address = Object.values(connection).find((value) => value.startsWith("http://127.0.0.1:"))!;
    const proxy = await openTcpProxy(address);
    proxies.set(id, proxy);
    for (const [key, value] of Object.entries(connection)) {
      const name = names[key];
      if (name) env[name] = value === address ? proxy.url : value;
    }
  }
  sandbox.drive.stepTo(new Date(BEGINS));
  sandbox.begin();
  const now = () => sandbox.clock.now().getTime();
  return {
    ...{ env, proxies, started, now, systems: estate.systems.map(({ id }) => id) },
    forward: (milliseconds) => sandbox.drive.stepTo(new Date(now() + milliseconds)),
    show: (system, fault) => void (fault ? shown.set(system, fault) : shown.delete(system)),
    async stop() {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
      await sandbox.stop();
    },
  };
}
