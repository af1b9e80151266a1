import { describe, expect, test } from "vitest";
import { closeOnly, meridian, meridianWorld, october, summed } from "../../test/unit/meridian-world.ts";
import type { PlayedWorld } from "./create-world.ts";

const PERIOD = "2026-10";
const systems = meridian.systems.map(({ id }) => id);

/** Everything a world shows, as text. */
function shown(world: PlayedWorld): string {
  const datasets = meridian.datasets.map(({ id }) => id);
  return JSON.stringify({
    runs: systems.map((system) => world.runs(system).map((run) => ({ ...run, ...world.phase(run) }))),
    totals: datasets.flatMap((dataset) => world.entities.map(({ id }) => world.totals(dataset, id, PERIOD))),
    labels: world.labels(),
  });
}

describe("the same at every start", () => {
  test("however the clock is stepped", () => {
    const leap = meridianWorld({ scenario: closeOnly });
    leap.playTo("2026-11-04T09:17:23Z");
    const steps = meridianWorld({ scenario: closeOnly });
    const end = Date.parse("2026-11-04T09:17:23Z");
    for (let at = Date.parse(closeOnly.from); at < end; at += 17 * 60_000) {
      steps.clock.now = at;
      steps.world.now();
    }
    steps.playTo("2026-11-04T09:17:23Z");
    expect(shown(steps.world)).toBe(shown(leap.world));
  });

  test("another seed plays another close", () => {
    const one = meridianWorld({ scenario: closeOnly });
    const other = meridianWorld({ scenario: closeOnly, seed: october.seed + 1 });
    for (const { playTo } of [one, other]) playTo("2026-10-30T12:00:00Z");
    expect(shown(other.world)).not.toBe(shown(one.world));
  });

  test("after a restart, with all that was done to it", () => {
    const first = meridianWorld({ scenario: closeOnly });
    first.playTo("2026-11-03T12:30:00Z");
    first.world.start("cpi", "GL_ACTUALS_OUT NL01", { idempotencyKey: "r-1" });
    first.playTo("2026-11-03T18:40:00Z");
    const extract = first.world.start("s4", "FI_GL_ACTUALS_EXTRACT US02", { idempotencyKey: "r-2" });
    first.playTo("2026-11-03T18:41:00Z");
    first.world.start("powerbi", "Refresh Group close dashboard", {});
    first.playTo("2026-11-03T18:45:00Z");
    expect(first.world.cancel("powerbi", first.world.runs("powerbi").at(-1)!.key)).toBe(true);

    const again = meridianWorld({ scenario: closeOnly, acts: JSON.parse(JSON.stringify(first.world.acts())) });
    for (const { playTo } of [first, again]) playTo("2026-11-04T06:00:00Z");
    expect(again.world.acts()).toEqual(first.world.acts());
    expect(shown(again.world)).toBe(shown(first.world));
    expect(again.world.start("s4", "FI_GL_ACTUALS_EXTRACT US02", { idempotencyKey: "r-2" }).key).toBe(extract.key);
  });
});

describe("figures", () => {
  test("what the model refused and what it holds add up to what the message carried, batch by batch", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo(october.endsAt);
    let partial = 0;
    let compared = 0;
    const messages = new Map(world.runs("cpi").map((run) => [run.correlationId, run]));
    for (const load of world.runs("anaplan").filter(({ flow }) => flow === "actuals-to-close")) {
      const loaded = world.delivered(load);
      const carried = loaded && world.delivered(messages.get(load.correlationId)!);
      if (!loaded || !carried) continue;
      compared += 1;
      if (load.rejections.length > 0) partial += 1;
      const refused = load.rejections.reduce((sum, { amount }) => sum + BigInt(amount.replace(".", "")), 0n);
      expect(summed(loaded).count + load.rowsRejected).toBe(summed(carried).count);
      expect(summed(loaded).net + refused).toBe(summed(carried).net);
      expect(load.rowsRead).toBe(load.rowsWritten + load.rowsRejected);
      expect(loaded.snapshotAsOf).toBe(carried.snapshotAsOf);
    }
    expect(compared).toBeGreaterThan(500);
    expect(partial).toBeGreaterThan(10);
  });

  test("every hop of a batch carries the ledger as it stood at the snapshot", () => {
    const { world, playTo, clock } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-02T12:00:00Z");
    const batch = world.totals("s4-extract", "FR01", PERIOD)!;
    const then = meridianWorld({ scenario: closeOnly });
    then.clock.now = batch.snapshotAsOf!;
    expect(summed(then.world.totals("s4-ledger", "FR01", PERIOD))).toEqual(summed(batch));
    clock.now += 3 * 3_600_000;
    expect(summed(world.totals("s4-ledger", "FR01", PERIOD)).count).toBeGreaterThan(summed(batch).count);
  });

  test("the unmapped cost centre keeps 14 rows of 22,231.55 out of a load that says it is complete", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-04T06:00:00Z");
    expect(summed(world.totals("s4-ledger", "DE01", PERIOD)).net).toBe(481_233_410n);
    expect(summed(world.totals("cpi-actuals", "DE01", PERIOD)).net).toBe(481_233_410n);
    expect(summed(world.totals("anaplan-actuals", "DE01", PERIOD)).net).toBe(479_010_255n);
    const load = world.runs("anaplan").findLast((run) => run.job === "Load Actuals DE01")!;
    expect(load).toMatchObject({ outcome: "partial", rowsRejected: 14, error: null });
    expect(load.rejections).toMatchObject([{ member: "7710", count: 14, amount: "22231.55", currency: "EUR" }]);
    playTo("2026-11-04T12:00:00Z");
    expect(summed(world.totals("anaplan-actuals", "DE01", PERIOD)).net).toBe(481_233_410n);
  });

  test("a dashboard shows what the model held when its refresh began", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-03T06:50:00Z");
    const before = world.totals("anaplan-actuals", "GB01", PERIOD)!.correlationId;
    playTo("2026-11-03T08:45:00Z");
    expect(world.totals("anaplan-actuals", "GB01", PERIOD)!.correlationId).not.toBe(before);
    expect(world.totals("pbi-close", "GB01", PERIOD)!.correlationId).toBe(before);
  });

  test("nothing is posted into the month after its accruals, but for what the script posts late", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-05T00:00:00Z");
    const before = world.entities.map(({ id }) => summed(world.totals("s4-ledger", id, PERIOD)).count);
    playTo(october.endsAt);
    const after = world.entities.map(({ id }) => summed(world.totals("s4-ledger", id, PERIOD)).count);
    expect(after).toEqual(before);
  });
});

test("three closes of history are played in less than two seconds, in about four thousand runs", () => {
  const began = process.cpuUsage();
  const { world, playTo } = meridianWorld();
  playTo(october.startsAt);
  const runs = systems.reduce((sum, system) => sum + world.runs(system).length, 0);
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000).toBeLessThan(2_000);
  expect(runs).toBeGreaterThan(3_500);
  expect(runs).toBeLessThan(4_300);
});
