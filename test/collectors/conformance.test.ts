import { describe, expect, test } from "vitest";
import { collectors } from "../../collectors/index.ts";
import { runIdOf } from "../../collectors/run-id.ts";
import type { SimRun } from "../../collectors/sandbox.ts";
import { TIEOUT_FACETS } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { bytes, isRun, PLAYED, readOn, stageHand, stageOf, type Collected, type Played, type Stage } from "./stage.ts";

/** A work day of the small estate: loads every two hours, one of each end; polls find runs under way. */
const FROM = "2026-08-03T05:05:00.000Z";
const UNTIL = "2026-08-03T15:25:00.000Z";
const QUIET = "2026-08-04T02:00:00.000Z";
const ENDS: Record<SimRun["outcome"], string> = {
  complete: "COMPLETE",
  partial: "COMPLETE",
  failed: "FAIL",
  aborted: "ABORT",
  held: "COMPLETE",
};

const setStage = stageHand();
/** What one steady reading asks over a socket is asked again and again without one. */
async function staged(played: Played, at = FROM, settings: Record<string, unknown> = {}): Promise<Stage> {
  const stage = await setStage(played, at, settings);
  stage.wired = false;
  return stage;
}

/** Polls through the close, stepping the clock; `reopen` starts a new collector at every poll. */
async function readClose(stage: Stage, options: { everyMinutes: number; reopen?: boolean; until?: string }) {
  let connected = stage.open();
  let cursor: unknown = null;
  const events: Collected[] = [];
  while (stage.clock.now().toISOString() <= (options.until ?? UNTIL)) {
    if (options.reopen) connected = stage.open();
    const read = await readOn(connected, cursor);
    cursor = read.cursor;
    events.push(...read.events);
    stage.clock.pass(options.everyMinutes);
  }
  return { events, cursor, connected };
}

/** The close as a collector sees it that polls often and is never disturbed: read once a vendor, and compared with many times. */
function undisturbed(played: Played) {
  let reading: Promise<{ stage: Stage; events: Collected[] }> | undefined;
  return () =>
    (reading ??= (async () => {
      const stage = await stageOf(played, FROM);
      try {
        return { stage, events: (await readClose(stage, { everyMinutes: 20 })).events };
      } finally {
        await stage.close();
      }
    })());
}

function flowRuns({ world }: Stage, system: string): SimRun[] {
  return world.runs(system).filter((run) => run.flow !== "" && world.phase(run).phase === "ended");
}

function byRun(events: readonly Collected[]): Map<string, RunEvent[]> {
  return Map.groupBy(events.filter(isRun), (event) => event.run.runId);
}

describe.each(PLAYED)("$id", (played) => {
  const { collector, system } = played;
  const can = (capability: (typeof collector.capabilities)[number]) => collector.capabilities.includes(capability);
  const steady = undisturbed(played);

  test("every run of a close comes to its end, and its start says what it fills", async () => {
    const { stage, events } = await steady();
    const told = byRun(events);
    const runs = flowRuns(stage, system.id).filter(
      (run) => run.queuedAt > Date.parse(FROM) && run.endedAt < Date.parse(UNTIL),
    );
    expect(runs.length).toBeGreaterThan(3);
    for (const run of runs) {
      const of = told.get(runIdOf(system.namespace, run.key)) ?? [];
      const types = of.map((event) => event.eventType);
      expect(types, run.job).toContain("START");
      expect(types.at(-1), run.job).toBe(ENDS[run.outcome]);
      expect(of[0]?.job).toEqual(expect.objectContaining({ namespace: system.namespace, name: run.job }));
      const start = of.find((event) => event.eventType === "START");
      const positions = start?.outputs.flatMap((output) => positionsOf(output.facets));
      expect(positions, `${run.job} ${run.key}`).toContainEqual(
        expect.objectContaining({ period: run.period, ...(run.entity && { entity: run.entity }) }),
      );
    }
  });

  test("every facet keeps to its grammar, and every run tells the vendor's own word", async () => {
    const { events } = await steady();
    for (const event of events) {
      expect(event.producer).toBe(`urn:tieout:collector:${collector.id}`);
      expect(new Date(event.eventTime).toISOString()).toBe(event.eventTime);
      expect(event.eventTime <= UNTIL).toBe(true);
      for (const facets of facetsOf(event)) {
        for (const [key, grammar] of Object.entries(TIEOUT_FACETS)) {
          if (facets[key] !== undefined) expect(grammar.safeParse(facets[key]).error?.issues ?? []).toEqual([]);
        }
      }
      if (isRun(event)) expect(event.run.facets).toHaveProperty("tieout_outcome.vendorStatus");
    }
  });

  test("what is complete in part is told so, with the rows refused", async () => {
    const { stage, events } = await steady();
    const partial = flowRuns(stage, system.id).filter(
      ({ outcome, queuedAt, endedAt }) =>
        outcome === "partial" && queuedAt > Date.parse(FROM) && endedAt < Date.parse(UNTIL),
    );
    const told = events.filter(isRun).filter(isPartial);
    const known = new Set(told.map((event) => event.run.runId));
    expect(known).toEqual(new Set(partial.map((run) => runIdOf(system.namespace, run.key))));
    for (const run of can("counts") ? partial : []) {
      const end = told.find((event) => event.run.runId === runIdOf(system.namespace, run.key));
      expect(end?.run.facets).toMatchObject({
        tieout_outcome: { rowsRejected: run.rowsRejected },
        tieout_exceptions: { exceptions: [{ member: run.rejections[0]?.member, count: run.rejections[0]?.count }] },
      });
    }
  });

  test("pages are read to the end", async () => {
    const whole = await staged(played, UNTIL);
    const paged = await staged(played, UNTIL, played.sandbox.example.smallPages);
    const expected = await readOn(whole.open(), null);
    const found = await readOn(paged.open(), null);
    expect(found.events.length).toBeGreaterThan(10);
    expect(bytes(found.events).sort()).toEqual(bytes(expected.events).sort());
  });

  test("however often it is read, every run ends alike, in order of its times", async () => {
    const seldom = await readClose(await staged(played), { everyMinutes: 310 });
    expect(endsOf(seldom.events)).toEqual(endsOf((await steady()).events));
  });

  test("a clock that is hours wrong, ours or the vendor's, loses nothing and is noticed", async () => {
    const right = await steady();
    for (const skewMinutes of [-400, 400]) {
      const stage = await staged(played);
      stage.skewMinutes = skewMinutes;
      const wrong = await readClose(stage, { everyMinutes: 62 });
      expect(endsOf(wrong.events)).toEqual(endsOf(right.events));
      expect(stage.notices.join()).toMatch(skewMinutes < 0 ? /7 hours ahead of ours/ : /7 hours behind ours/);
    }
  });

  test.runIf(keeps(played))("history that expired before it was read is told as a gap", async () => {
    const stage = await staged(played, FROM, { [keeps(played)!]: 2 });
    const connected = stage.open();
    const { cursor } = await readOn(connected, null);
    stage.clock.pass(6 * 1440);
    const { events } = await readOn(connected, cursor);
    const gaps = events.filter(isRun).filter(({ eventType, inputs }) => eventType === "OTHER" && inputs.length === 0);
    expect(JSON.stringify(gaps)).toMatch(/between 2026-08-03.* and 2026-08-0\d.* expired before they were read/);
  });

  test("reading again from nothing tells the same, byte for byte", async () => {
    const stage = await staged(played, UNTIL);
    const once = await readOn(stage.open(), null);
    const again = await readOn(stage.open(), null);
    expect(bytes(again.events)).toEqual(bytes(once.events));
  });

  test("a restart at every poll loses nothing and adds nothing", async () => {
    const { events } = await steady();
    const restarted = await readClose(await staged(played), { everyMinutes: 20, reopen: true });
    expect(bytes(restarted.events)).toEqual(bytes(events));
    expect(events.length).toBeGreaterThan(10);
  });

  test("the overlap of polls tells nothing new", async () => {
    const stage = await staged(played, UNTIL);
    const connected = stage.open();
    const first = await readOn(connected, null);
    const second = await readOn(connected, first.cursor);
    const known = new Set(bytes(first.events));
    expect(bytes(second.events).filter((event) => !known.has(event))).toEqual([]);
  });

  test("an idle poll costs at most three requests", async () => {
    const stage = await staged(played, QUIET);
    const connected = stage.open();
    let { cursor } = await readOn(connected, null);
    for (let poll = 0; poll < 6; poll++) {
      stage.clock.pass(1);
      ({ cursor } = await readOn(connected, cursor));
    }
    const before = stage.requests();
    stage.clock.pass(1);
    await readOn(connected, cursor);
    expect(stage.requests() - before).toBeLessThanOrEqual(3);
  });

  test.runIf(can("trigger"))(
    "a job asked for twice runs once, also across a restart, and comes back by its id",
    async () => {
      const stage = await staged(played, UNTIL);
      const connected = stage.open();
      const { cursor } = await readOn(connected, null);
      const input = inputFor(stage, played, "request-1");
      const [first, second] = await Promise.all([connected.trigger?.(input), connected.trigger?.(input)]);
      const third = await stage.open().trigger?.(input);
      expect(new Set([first, second, third].map((triggered) => triggered?.vendorRunKey)).size).toBe(1);
      expect(third?.adopted).toBe(true);
      expect(stage.acts()).toHaveLength(1);
      stage.clock.pass(60);
      const told = byRun((await readOn(connected, cursor)).events).get(first?.runId ?? "") ?? [];
      expect(told.map(({ eventType }) => eventType)).toContain("START");
      expect(told[0]?.job.name).toBe(first?.jobName);
    },
  );

  test.runIf(can("cancel") && can("trigger"))("a run can be stopped, and is told as stopped", async () => {
    const stage = await staged(played, UNTIL);
    const connected = stage.open();
    const { cursor } = await readOn(connected, null);
    const triggered = await connected.trigger?.(inputFor(stage, played, "request-2"));
    stage.clock.pass(2);
    const running = await readOn(connected, cursor);
    await connected.cancel?.(triggered?.vendorRunKey ?? "");
    stage.clock.pass(10);
    const after = await readOn(connected, running.cursor);
    const told = byRun([...running.events, ...after.events]).get(triggered?.runId ?? "") ?? [];
    expect(told.at(-1)?.eventType).toBe("ABORT");
  });

  test.runIf((can("rerun") || can("rerun-from-failure")) && played.sandbox.example.reruns !== false)(
    "a run can be run again, and its new attempt comes back by the id it was given",
    async () => {
      const stage = await staged(played, UNTIL);
      const connected = stage.open();
      stage.clock.pass(60);
      const { cursor } = await readOn(connected, null);
      const failed = stage.world.runs(system.id).find(({ outcome, flow }) => outcome === "failed" && flow !== "");
      const again = await connected.rerun?.(failed?.key ?? "", { fromFailure: can("rerun-from-failure") });
      stage.clock.pass(40);
      const told = byRun((await readOn(connected, cursor)).events).get(again?.runId ?? "") ?? [];
      expect(told.at(-1)?.eventType).toBe("COMPLETE");
      expect(told.at(-1)?.job.name).toBe(failed?.job);
    },
  );

  test("what it was given can be checked, and wrong secrets are named as such", async () => {
    const stage = await staged(played, UNTIL);
    const { sees, warnings } = await stage.open().check();
    expect(sees.length).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
    stage.skewMinutes = -400;
    expect((await stage.open().check()).warnings[0]).toMatch(/7 hours ahead of ours/);
    stage.skewMinutes = 0;
    stage.fault = () => ({ kind: "token-expired" });
    await expect(stage.open().check()).rejects.toMatchObject({ code: "unauthorized" });
  });
});

test("every collector is played by a sandbox", () => {
  expect(PLAYED.map(({ id }) => id)).toEqual(collectors.map(({ id }) => id));
});

function inputFor(stage: Stage, { system, collector }: Played, idempotencyKey: string) {
  const job = stage.world.jobs(system.id).find(({ flow }) => flow !== "");
  const period = stage.world.periods().at(-2)?.period ?? "";
  expect(job, collector.id).toBeDefined();
  return { job: job?.job ?? "", parameters: { period }, idempotencyKey };
}

/** How each run of the flow ended: its last event by the vendor's time. */
function endsOf(events: readonly Collected[]): Record<string, string> {
  const ended = events.filter(isRun).filter(({ eventType, outputs }) => ENDED.has(eventType!) && outputs.length > 0);
  return Object.fromEntries(
    ended
      .sort((one, other) => (one.eventTime < other.eventTime ? -1 : 1))
      .map(({ run, eventType, eventTime }) => [run.runId, `${eventType} ${eventTime}`]),
  );
}
const ENDED = new Set(["COMPLETE", "FAIL", "ABORT"]);

/** The setting that says how many days of history the vendor keeps, where it forgets. */
function keeps({ collector, system }: Played): string | undefined {
  const settings = collector.settings.parse(system.settings) as object;
  return ["retentionDays", "historyDays"].find((key) => key in settings);
}

function isPartial(event: RunEvent): boolean {
  return TIEOUT_FACETS.tieout_outcome.safeParse(event.run.facets?.tieout_outcome).data?.qualifier === "partial";
}

function positionsOf(facets: Record<string, unknown> | undefined): unknown[] {
  return TIEOUT_FACETS.tieout_position.safeParse(facets?.tieout_position).data?.positions ?? [];
}

function facetsOf(event: Collected): Record<string, unknown>[] {
  const datasets = isRun(event) ? [...event.inputs, ...event.outputs] : [event.dataset];
  return [...(isRun(event) ? [event.run.facets ?? {}] : []), ...datasets.map(({ facets }) => facets ?? {})];
}
