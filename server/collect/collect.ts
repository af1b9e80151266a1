import { setTimeout as sleep } from "node:timers/promises";
import { VendorError, type Collector, type Connected, type EventText } from "../../collectors/collector.ts";
import type { System } from "../../schemas/estate/system.ts";
import type { CollectorRow } from "../../schemas/wire/live.ts";
import type { Clock } from "../context.ts";
import type { Metrics } from "../metrics.ts";
import type { Logger } from "pino";
import type { CollectedEvent } from "./collected-event.ts";
import type { Health } from "./health.ts";
import { nextPollMilliseconds } from "./pace.ts";

/** A vendor that does not answer does not hold a stop up for longer, in milliseconds. */
const STOP_WITHIN = 3_000;
/** Readings a vendor's webhooks ask for are at least so far apart, in milliseconds: many come at once. */
const HURRY_APART = 2_000;

export interface CollectDeps {
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** Makes events durable; throws when they could not be. */
  accept(events: CollectedEvent[], source: string): Promise<void>;
  /** Makes others' events durable, as they came; throws when they could not be. */
  acceptTexts(texts: readonly EventText[], source: string): Promise<void>;
  cursors: { load(system: string): Promise<unknown>; save(system: string, cursor: unknown): Promise<void> };
  /** Says that a collector's row changed. */
  changed(): void;
}

/** A system with its collector opened. */
export interface Source {
  system: System;
  collector: Collector;
  connected: Connected;
  health: Health;
}

export interface Collecting {
  rows(): Record<string, CollectorRow>;
  /** Reads a system on until it has nothing more to give now. One reading of a system at a time. */
  pollNow(system: string): Promise<void>;
  /**
   * Whether a webhook is one of the system's vendor's: null where there is no such system, or its vendor signs none.
   */
  isCall(system: string, headers: Headers, body: Uint8Array): boolean | null;
  /** Reads a system soon, where this process reads it and nothing is wrong with it; else at its own pace. */
  hurry(system: string): void;
  /** Begins polling every system at its own pace. */
  start(): void;
  /** Begins polling a system at its own pace, on from the cursor kept last. */
  begin(system: string): void;
  /** Leaves a system to another process; what is on its way from the vendor is read again there. */
  end(system: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Reads every system on from its cursor. The cursor is saved only after the events are durable, so a crash re-reads
 * an overlap (which changes nothing) and never skips. A vendor that fails degrades its own collector; the others go on.
 */
export function createCollecting(sources: readonly Source[], deps: CollectDeps): Collecting {
  const lanes = sources.map((source) => createLane(source, deps));
  return {
    rows: () => Object.fromEntries(lanes.map((lane) => [lane.source.system.id, lane.source.health.row()])),
    async pollNow(system) {
      await lanes.find((lane) => lane.source.system.id === system)?.poll();
    },
    isCall: (system, headers, body) =>
      sources.find((source) => source.system.id === system)?.connected.isCall?.(headers, body) ?? null,
    hurry: (system) => lanes.find((lane) => lane.source.system.id === system)?.hurry(),
    start() {
      for (const lane of lanes) lane.start();
    },
    begin: (system) => lanes.find((lane) => lane.source.system.id === system)?.start(),
    async end(system) {
      await lanes.find((lane) => lane.source.system.id === system)?.stop();
    },
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

function createLane(source: Source, deps: CollectDeps) {
  const { system, connected, health } = source;
  let cursor: unknown;
  let loaded = false;
  let polling: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  /** Counts beginnings, so that a chain of polls left behind does not go on beside the next. */
  let turn = 0;
  let hurried = false;

  const readOn = async () => {
    if (!loaded) cursor = (await deps.cursors.load(system.id)) ?? null;
    loaded = true;
    for (let more = true; more && !stopped;) {
      const pull = await connected.pull(cursor);
      // Whoever stopped did not wait for the vendor; what it gave is read again from the cursor.
      if (stopped) return;
      if (pull.events.length > 0) await deps.accept(pull.events, `collector:${system.id}`);
      if (pull.texts?.length) await deps.acceptTexts(pull.texts, `collector:${system.id}`);
      const moved = JSON.stringify(pull.cursor) !== JSON.stringify(cursor);
      if (moved) await deps.cursors.save(system.id, pull.cursor);
      if (pull.more && !moved)
        throw new VendorError("nonsense", "The vendor has more to give and gives the same again.");
      cursor = pull.cursor;
      more = pull.more;
      health.read(pull.events, pull.openRuns);
    }
  };
  const pollOnce = async () => {
    const began = performance.now();
    health.began();
    try {
      await readOn();
      health.succeeded(performance.now() - began);
    } catch (error) {
      const failure = asVendorError(error);
      health.failed(failure);
      deps.metrics.collectorErrors.inc({ system: system.id, code: failure.code });
      deps.log.warn({ system: system.id, code: failure.code, err: failure.message }, "a poll failed");
    } finally {
      deps.changed();
    }
  };
  const poll = () => (polling ??= pollOnce().finally(() => (polling = null)));
  const run = async (mine: number) => {
    hurried = false;
    await poll();
    if (stopped || mine !== turn) return;
    const usual = nextPollMilliseconds(system.pollSeconds, health.failures(), Math.random());
    next(mine, hurried && health.failures().count === 0 ? Math.min(usual, HURRY_APART) : usual);
  };
  const next = (mine: number, wait: number) => {
    if (timer) clearTimeout(timer);
    health.nextTry(wait);
    timer = setTimeout(() => void run(mine), wait);
  };
  return {
    source,
    poll,
    start() {
      // Another process may have read on meanwhile.
      if (stopped) loaded = false;
      stopped = false;
      void run(++turn);
    },
    hurry() {
      // A vendor that fails is asked again when its back-off says so.
      if (turn === 0 || stopped || hurried || health.failures().count > 0) return;
      hurried = true;
      if (!polling) next(turn, HURRY_APART);
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await Promise.race([polling, sleep(STOP_WITHIN, undefined, { ref: false })]);
    },
  };
}

/** What is no vendor's fault still degrades the collector visibly, in words that show nothing internal. */
function asVendorError(error: unknown): VendorError {
  if (error instanceof VendorError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new VendorError("nonsense", `Reading failed inside Tieout: ${message}`, { cause: error });
}
