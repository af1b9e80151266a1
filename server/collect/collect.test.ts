import pino from "pino";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { defineCollector, VendorError, type Connected } from "../../collectors/collector.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import type { System } from "../../schemas/estate/system.ts";
import { createMetrics } from "../metrics.ts";
import { createCollecting } from "./collect.ts";
import type { CollectedEvent } from "./collected-event.ts";
import { openSources, SourceError } from "./open-sources.ts";

const clock = { now: () => new Date("2026-11-02T06:00:00.000Z") };
const log = pino({ level: "silent" });

const system: System = {
  id: "counter",
  title: "Counter",
  kind: "erp",
  collector: "counter",
  namespace: "counter://here",
  connection: { token: "COUNTER_TOKEN" },
  settings: {},
  pollSeconds: 60,
};

const event = (n: number): RunEvent => ({
  eventTime: `2026-11-02T05:00:0${n}.000Z`,
  producer: "https://example.test",
  run: { runId: String(n) },
  job: { namespace: "counter://here", name: "count" },
  inputs: [],
  outputs: [],
});

/** A vendor that gives one event a page up to `last`, and fails where told. */
function counting(last: number, fail: (cursor: number) => VendorError | null): Connected<number> {
  return {
    check: async () => ({ sees: [], warnings: [] }),
    async pull(cursor) {
      const next = (cursor ?? 0) + 1;
      const failure = fail(next);
      if (failure) throw failure;
      if (next > last) return { events: [], cursor: cursor ?? 0, more: false, openRuns: 0 };
      return { events: [event(next)], cursor: next, more: next < last, openRuns: 0 };
    },
  };
}

function collectingOver(connected: Connected<number>, options: { accept?: (events: CollectedEvent[]) => void } = {}) {
  const metrics = createMetrics();
  const collector = defineCollector({
    id: "counter",
    title: "Counter",
    capabilities: ["list-runs"],
    settings: z.strictObject({}),
    connection: { token: "the counter's token" },
    open: () => connected as Connected,
  });
  const sources = openSources({
    systems: [system],
    collectors: [collector],
    connections: {},
    environment: { COUNTER_TOKEN: "t" },
    clock,
    log,
    metrics,
  });
  const accepted: string[] = [];
  const saved: unknown[] = [];
  const collecting = createCollecting(sources, {
    clock,
    log,
    metrics,
    async accept(events) {
      options.accept?.(events);
      accepted.push(...events.map((each) => (each as RunEvent).run.runId));
    },
    async acceptTexts(texts, source) {
      accepted.push(...texts.map(({ text }) => `${text} of ${source} after ${saved.length} cursors`));
    },
    cursors: { load: async () => saved.at(-1) ?? null, save: async (_system, cursor) => void saved.push(cursor) },
    changed: () => {},
  });
  return { collecting, accepted, saved };
}

describe("createCollecting", () => {
  it("reads a system soon when its vendor says so, once for many calls, and never against a back-off", async () => {
    let polls = 0;
    let failing = false;
    const { collecting } = collectingOver({
      check: async () => ({ sees: [], warnings: [] }),
      async pull(cursor) {
        polls++;
        if (failing) throw new VendorError("unreachable", "away");
        return { events: [], cursor: cursor ?? 0, more: false, openRuns: 0 };
      },
    });
    const polled = (times: number) => vi.waitFor(() => expect(polls).toBe(times), { timeout: 60_000, interval: 20 });
    const hurry = () => [1, 2, 3].forEach(() => collecting.hurry("counter"));
    hurry();
    collecting.start();
    await polled(1);
    hurry();
    await polled(2);
    failing = true;
    hurry();
    await polled(3);
    hurry();
    await sleep(2_500);
    await collecting.stop();
    expect(polls).toBe(3);
  }, 200_000);

  it("hands on others' texts as they came, before their cursor is saved", async () => {
    const { collecting, accepted, saved } = collectingOver({
      check: async () => ({ sees: [], warnings: [] }),
      async pull(cursor) {
        const next = (cursor ?? 0) + 1;
        return { events: [], texts: [{ text: `{ "n" : ${next} }` }], cursor: next, more: next < 2, openRuns: 0 };
      },
    });
    await collecting.pollNow("counter");
    expect(accepted).toEqual([
      '{ "n" : 1 } of collector:counter after 0 cursors',
      '{ "n" : 2 } of collector:counter after 1 cursors',
    ]);
    expect(saved).toEqual([1, 2]);
  });

  it("reads page after page and saves each cursor after its events", async () => {
    const { collecting, accepted, saved } = collectingOver(counting(3, () => null));
    await collecting.pollNow("counter");
    expect(accepted).toEqual(["1", "2", "3"]);
    expect(saved).toEqual([1, 2, 3]);
    expect(collecting.rows().counter).toMatchObject({ state: "ok", events: 3, lagSeconds: 3597 });
  });

  it("does not pass events that could not be made durable", async () => {
    let broken = true;
    const { collecting, accepted, saved } = collectingOver(
      counting(2, () => null),
      {
        accept: () => {
          if (broken) throw new Error("the store is away");
        },
      },
    );
    await collecting.pollNow("counter");
    expect(saved).toEqual([]);
    expect(collecting.rows().counter).toMatchObject({ state: "degraded" });
    broken = false;
    await collecting.pollNow("counter");
    expect(accepted).toEqual(["1", "2"]);
    expect(collecting.rows().counter).toMatchObject({ state: "ok", reason: null, sinceAt: null });
  });

  it("leaves a vendor that gives the same again for ever, visibly", async () => {
    const again: Connected<number> = {
      ...counting(1, () => null),
      pull: async () => ({ events: [event(1)], cursor: 1, more: true, openRuns: 0 }),
    };
    const { collecting, saved } = collectingOver(again);
    await collecting.pollNow("counter");
    expect(collecting.rows().counter).toMatchObject({ state: "degraded", reasonCode: "nonsense" });
    expect(saved).toEqual([1]);
  });

  it("goes down at once where a person must act, and says why", async () => {
    const { collecting } = collectingOver(counting(1, () => new VendorError("unauthorized", "The token has expired.")));
    await collecting.pollNow("counter");
    expect(collecting.rows().counter).toMatchObject({ state: "down", reason: "The token has expired.", errors: 1 });
  });

  it("goes down after three failures that might have passed", async () => {
    const { collecting } = collectingOver(counting(1, () => new VendorError("unreachable", "No answer.")));
    const states = [];
    for (let poll = 0; poll < 3; poll++) {
      await collecting.pollNow("counter");
      states.push(collecting.rows().counter?.state);
    }
    expect(states).toEqual(["degraded", "degraded", "down"]);
  });
});

describe("openSources", () => {
  it("names everything that is missing at once", () => {
    const opening = { connections: {}, environment: {}, clock, log, metrics: createMetrics() };
    const collector = defineCollector({
      id: "counter",
      title: "Counter",
      capabilities: [],
      settings: z.strictObject({ region: z.string() }),
      connection: { token: "the counter's token" },
      open: () => counting(0, () => null) as Connected,
    });
    const systems = [system, { ...system, id: "other", collector: "nobody" }];
    expect(() => openSources({ ...opening, systems, collectors: [collector] })).toThrow(SourceError);
    expect(() => openSources({ ...opening, systems, collectors: [collector] })).toThrow(
      /settings\.region[\s\S]*no collector "nobody"; known are counter/,
    );
    const settled = [{ ...system, settings: { region: "eu" } }];
    expect(() => openSources({ ...opening, systems: settled, collectors: [collector] })).toThrow(/set COUNTER_TOKEN/);
  });
});
