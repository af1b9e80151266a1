import pino from "pino";
import type { Tools } from "../../collectors/collector.ts";
import {
  WorldRefusal,
  type ApiFault,
  type Sandbox,
  type SimRun,
  type SimTotals,
  type World,
} from "../../collectors/sandbox.ts";
import { serveSystem } from "../../sandbox/serve-system.ts";

/** A world of a few hand-made runs, driven by setting `clock.now`; for tests that need an exact state. */
export interface TinyWorld {
  world: World;
  clock: { now: number };
  runs: SimRun[];
  totals: (SimTotals & { dataset: string })[];
  /** The fault in force at every system. */
  fault: ApiFault | null;
}

export function tinyWorld(now: string, jobs: ReturnType<World["jobs"]>): TinyWorld {
  const clock = { now: Date.parse(now) };
  const tiny: TinyWorld = { clock, runs: [], totals: [], fault: null, world: null as never };
  const phase: World["phase"] = (run) => {
    if (clock.now < run.startedAt) return { phase: "queued", progress: 0 };
    if (clock.now >= run.endedAt) return { phase: "ended", progress: 1 };
    const progress = (clock.now - run.startedAt) / (run.endedAt - run.startedAt);
    return { phase: run.outcome === "held" ? "held" : "running", progress };
  };
  const visible = (run: SimRun) => run.queuedAt <= clock.now;
  const lastChange = (run: SimRun) => (run.endedAt <= clock.now ? run.endedAt : Math.min(run.startedAt, clock.now));
  const keyed = new Map<string, SimRun>();
  tiny.world = {
    now: () => clock.now,
    entities: [{ id: "DE01", name: "Meridian GmbH", currency: "EUR", zone: "Europe/Berlin", ledger: "0L" }],
    periods: () => [
      { period: "2026-10", fiscalYear: 2026, fiscalPeriod: 10, startsOn: "2026-10-01", endsOn: "2026-10-31" },
    ],
    runs: (system, since = 0) =>
      tiny.runs.filter((run) => run.system === system && visible(run) && lastChange(run) >= since),
    run: (system, key) => tiny.runs.find((run) => run.system === system && run.key === key && visible(run)) ?? null,
    phase,
    totals: (dataset, entity, period) =>
      tiny.totals.find((each) => each.dataset === dataset && each.entity === entity && each.period === period) ?? null,
    delivered(run) {
      const dataset = jobs.find(({ job }) => job === run.job)?.dataset;
      const same = (each: SimTotals) =>
        each.correlationId === run.correlationId && each.snapshotAsOf === run.snapshotAsOf;
      return tiny.totals.find((each) => each.dataset === dataset && same(each)) ?? null;
    },
    sources: () => [],
    jobs: () => jobs,
    start(system, job, { idempotencyKey }) {
      const earlier = idempotencyKey && keyed.get(idempotencyKey);
      if (earlier) return earlier;
      if (tiny.runs.some((run) => run.job === job && phase(run).phase !== "ended")) {
        throw new WorldRefusal("already-running", `${job} is running already`);
      }
      const run = simRun({
        system,
        job,
        key: `${system}${tiny.runs.length}/1`,
        queuedAt: clock.now,
        startedAt: clock.now,
      });
      run.endedAt = clock.now + 60_000;
      tiny.runs.push(run);
      if (idempotencyKey) keyed.set(idempotencyKey, run);
      return run;
    },
    cancel(system, key) {
      const run = tiny.runs.find((each) => each.system === system && each.key === key);
      if (!run || phase(run).phase === "ended") return false;
      Object.assign(run, { outcome: "aborted", endedAt: clock.now });
      return true;
    },
    fault: () => tiny.fault,
  };
  return tiny;
}

/** A run that completed, with whatever a test says otherwise. */
export function simRun(over: Partial<SimRun> & Pick<SimRun, "system" | "job" | "key">): SimRun {
  return {
    flow: "actuals-to-close",
    hop: 0,
    entity: "DE01",
    period: "2026-10",
    queuedAt: 0,
    startedAt: 0,
    endedAt: 0,
    outcome: "complete",
    rowsRead: 2,
    rowsWritten: 2,
    rowsRejected: 0,
    rejections: [],
    error: null,
    correlationId: "GLA-2026-10-DE01-000123",
    started: [],
    startedBy: null,
    attempt: 1,
    trigger: "schedule",
    snapshotAsOf: null,
    ...over,
  };
}

/** Serves a sandbox on a port of its own; `tools` and `connection` reach it as the engine would. */
export async function serveSandbox(
  sandbox: Sandbox,
  tiny: TinyWorld,
  system: { id: string; settings: Record<string, unknown> },
) {
  const { connection, close } = await serveSystem(sandbox, tiny.world, system);
  const statuses: number[] = [];
  const tools: Tools = {
    clock: { now: () => new Date(tiny.clock.now) },
    fetch,
    log: pino({ level: "silent" }),
    counted: ({ status }) => statuses.push(status),
  };
  return { connection, tools, statuses, close };
}
