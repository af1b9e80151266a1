import type { SimRun, SimTotals, World } from "../../collectors/sandbox.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Scenario } from "../scenario.ts";
import { alteredAs } from "./altered-figures.ts";
import type { Label } from "./fault-script.ts";
import { endEarly, waitingFor } from "./message-queue.ts";
import type { BatchLine } from "./batch-lines.ts";
import { contentsKey, createPlay, reachedPeriods, type Play } from "./play.ts";
import { playSchedule } from "./play-schedule.ts";
import { releaseQueue } from "./release-queue.ts";
import { startJob } from "./start-job.ts";
import { changedBetween, phaseOf, type Contents } from "./tracked-run.ts";
import { periodOf } from "./work-days.ts";

/** Something done to the world from outside, kept so that it can be played again. */
export type Act = { at: number } & (
  | { kind: "start"; system: string; job: string; idempotencyKey: string | null; parameters: Record<string, string> }
  | { kind: "cancel"; system: string; key: string }
);

export interface PlayedWorld extends World {
  /** Acts so far, in order; with seed, scenario and an instant they are the world's whole state. */
  acts(): readonly Act[];
  labels(): Label[];
  /** The lines behind what a run delivered, in order of time; none where `delivered` says nothing. */
  lines(run: SimRun): BatchLine[];
}

export interface WorldOptions {
  estate: Estate;
  scenario: Scenario;
  /** The scenario's own by default. */
  seed?: number;
  /** The clock, epoch milliseconds; it never goes back. */
  now: () => number;
  /** Acts of an earlier play, to go on from. */
  acts?: readonly Act[];
  /** Called after each new act. */
  acted?: () => void;
}

/**
 * Plays an estate by a scenario, deterministically: the same seed and the same acts at the same instants bring about the
 * same runs and figures, however often and in whatever steps the world is looked at.
 */
export function createWorld(options: WorldOptions): PlayedWorld {
  const { estate, scenario } = options;
  const play = createPlay(estate, scenario, options.seed ?? scenario.seed);
  const playThrough = playSchedule(play);
  const acts: Act[] = [];
  const byIdempotencyKey = new Map<string, SimRun>();
  let reached = Date.parse(scenario.from);

  const reach = (instant: number) => {
    reached = Math.max(reached, instant);
    playThrough(reached);
    return reached;
  };
  const now = () => reach(options.now());
  const perform = (act: Act): SimRun | null => {
    reach(act.at);
    if (act.kind === "cancel") return cancelRun(play, act.system, act.key, act.at);
    const { run } = startJob(play, act.system, act.job, act.parameters, act.at);
    if (act.idempotencyKey !== null) byIdempotencyKey.set(act.idempotencyKey, run);
    return run;
  };
  const act = (wanted: Act) => {
    const done = perform(wanted);
    if (done) acts.push(wanted);
    if (done) options.acted?.();
    return done;
  };
  for (const earlier of options.acts ?? []) if (perform(earlier)) acts.push(earlier);

  return {
    now,
    acts: () => acts,
    labels: () => (now(), play.script.labels()),
    ...readings(play, now),
    start(system, job, { idempotencyKey, parameters = {} }) {
      const at = now();
      const known = byIdempotencyKey.get(idempotencyKey ?? "");
      return known ?? act({ at, kind: "start", system, job, idempotencyKey: idempotencyKey || null, parameters })!;
    },
    cancel: (system, key) => act({ at: now(), kind: "cancel", system, key }) !== null,
  };
}

type Readings = Omit<PlayedWorld, "now" | "start" | "cancel" | "acts" | "labels">;

function readings(play: Play, now: () => number): Readings {
  const { estate, books } = play;
  const currencies = new Map(estate.entities.map(({ id, currency }) => [id, currency]));
  const sourceOf = (dataset: string) => estate.flows.find(({ source }) => source === dataset);
  /** What a run put in its dataset by itself, once it is over. */
  const broughtBy = (run: SimRun): Contents | null => {
    const tracked = play.byKey.get(`${run.system}|${run.key}`);
    const brought = tracked && now() >= run.endedAt && (run.outcome === "complete" || run.outcome === "partial");
    return brought && tracked.batch ? { batch: tracked.batch, refused: tracked.refused } : null;
  };
  return {
    entities: estate.entities.map(({ id, name, currency, zone, ledger }) => ({ id, name, currency, zone, ledger })),
    periods: () => reachedPeriods(play, now()).map(periodOf),
    runs(system, changedSince) {
      const instant = now();
      return (play.bySystem.get(system) ?? [])
        .filter((tracked) => changedSince === undefined || changedBetween(tracked, changedSince, instant))
        .map(({ run }) => run);
    },
    run: (system, key) => (now(), play.byKey.get(`${system}|${key}`)?.run ?? null),
    phase: (run) => phaseOf(play.byKey.get(`${run.system}|${run.key}`)!, now()),
    totals(dataset, entity, period) {
      const at = now();
      const currency = currencies.get(entity);
      if (!currency || !reachedPeriods(play, at).includes(period)) return null;
      const source = sourceOf(dataset);
      if (source)
        return { entity, period, currency, ...standing(at), accounts: books.source(source.id, entity, period, at) };
      const contents = play.contents.get(contentsKey(dataset, entity, period));
      return contents ? standsAs(play, dataset, carried(play, contents), at) : null;
    },
    delivered(run) {
      const contents = broughtBy(run);
      return contents && carried(play, contents);
    },
    lines(run) {
      const contents = broughtBy(run);
      return contents ? books.lines(contents.batch, contents.refused) : [];
    },
    sources: (system) =>
      estate.datasets
        .filter((dataset) => dataset.system === system && sourceOf(dataset.id))
        .map(({ id, name }) => ({ dataset: id, name })),
    jobs: (system) =>
      play.jobs
        .filter((job) => job.system === system)
        .map(({ job, flow, hop, entity, dataset }) => ({ job, flow, hop, entity, dataset })),
    fault: (system) => play.script.api(system, now()),
  };
}

/** What figures of a batch look like where they were taken in. */
function carried(play: Play, { batch, refused }: Contents): SimTotals {
  const { entity, period, correlationId, snapshotAsOf } = batch;
  const { currency } = play.estate.entities.find(({ id }) => id === entity)!;
  const accounts = play.books.totals(batch, refused);
  return { entity, period, currency, correlationId, completeThrough: snapshotAsOf, snapshotAsOf, accounts };
}

/** A dataset shows what was loaded into it, unless it was altered since. */
function standsAs(play: Play, dataset: string, totals: SimTotals, at: number): SimTotals {
  const altered = play.script.inForce(
    "altered-figures",
    at,
    (fault) => fault.dataset === dataset && fault.entity === totals.entity && fault.period === totals.period,
  );
  return altered ? alteredAs(totals, altered.fault.by) : totals;
}

/** A source shows what it holds this moment. */
function standing(at: number) {
  return { correlationId: null, completeThrough: at, snapshotAsOf: at };
}

function cancelRun(play: Play, system: string, key: string, at: number): SimRun | null {
  const tracked = play.byKey.get(`${system}|${key}`);
  if (!tracked || tracked.over) return null;
  endEarly(tracked, at, "Cancelled");
  const stuckBy = tracked.held?.by;
  if (stuckBy && waitingFor(play, stuckBy).every(({ run }) => run.queuedAt > tracked.run.queuedAt)) {
    releaseQueue(play, stuckBy, at);
  }
  return tracked.run;
}
