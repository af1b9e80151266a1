import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMetrics } from "../../server/metrics.ts";
import { holdLeases, type Duty } from "../../server/processes/hold-leases.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";

const WITHIN = 60_000;
const [engine] = POSTGRES_ENGINES;
let opened: OpenedEngine;
beforeAll(async () => {
  opened = await engine!.open();
}, WITHIN);
afterAll(() => opened.stop());

test("what could not be begun is begun at the next beat, and what cannot be ended is left all the same", async () => {
  const told: string[] = [];
  let cut = true;
  const judge: Duty = {
    ...{ name: "judge", kind: "work" },
    async begin() {
      told.push(cut ? "cut off" : "begun");
      if (cut) throw new Error("the engine is away");
    },
    async end() {
      told.push("ended");
      throw new Error("the engine is away");
    },
  };
  const alerts: Duty = { name: "alerts", kind: "work", begin: () => told.push("alerts"), end: () => {} };
  const leases = holdLeases({
    ...{ postgres: opened.postgres, holder: "one", log: pino({ level: "silent" }), metrics: createMetrics() },
    vanished: () => {},
  });
  await leases.start([judge, alerts]);
  expect(told).toEqual(["cut off", "ended", "alerts"]);
  expect([leases.held("judge"), leases.held("alerts")]).toEqual([false, true]);
  cut = false;
  await expect.poll(() => leases.held("judge"), { timeout: WITHIN }).toBe(true);
  expect(told.at(-1)).toBe("begun");
  await leases.stop();
  expect(told.at(-1)).toBe("ended");
});
