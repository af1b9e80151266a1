import { expect, test } from "vitest";
import { Quota } from "../../schemas/estate/quota.ts";
import { Fault } from "../fault.ts";
import { createQuotas } from "./quotas.ts";

const quota = (given: object) => Quota.parse({ id: "q", of: "key", eventsPerSecond: 10, burstSeconds: 2, ...given });

/** Quotas over a clock to move, in seconds. */
function quotasAt(...given: Quota[]) {
  let now = 0;
  const quotas = createQuotas(given, () => now);
  return { quotas, pass: (seconds: number) => void (now += seconds * 1000) };
}

const waitOf = (act: () => void): number => {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault && error.code === "too-many-requests") return Number(error.detail.retryAfterSeconds);
    throw error;
  }
  return 0;
};

test("a sender may send what it saved up, is told how long to wait, and gets in when that is over", () => {
  const { quotas, pass } = quotasAt(quota({}));
  quotas.takeSent("a", 20);
  const wait = waitOf(() => quotas.demand("a"));
  expect(wait).toBe(1);
  pass(wait);
  expect(waitOf(() => quotas.takeSent("a", 1))).toBe(0);
});

test("a batch larger than all that could be saved up gets in, and is waited off", () => {
  const { quotas, pass } = quotasAt(quota({}));
  quotas.takeSent("a", 120);
  expect(waitOf(() => quotas.demand("a"))).toBe(11);
  pass(10);
  expect(waitOf(() => quotas.demand("a"))).toBe(1);
  pass(1);
  expect(waitOf(() => quotas.demand("a"))).toBe(0);
});

test("each sender has its own, the quota that names it counts, and others are free", () => {
  const { quotas } = quotasAt(quota({}), quota({ id: "large", name: "etl", eventsPerSecond: 1_000 }));
  quotas.takeSent("a", 20);
  quotas.takeSent("etl", 1_999);
  expect(waitOf(() => quotas.demand("a"))).toBe(1);
  expect(waitOf(() => quotas.demand("b"))).toBe(0);
  expect(waitOf(() => quotas.demand("etl"))).toBe(0);
});

test("producers are told by how their address begins; one over its quota takes nothing from the others", () => {
  const spark = quota({ of: "producer", name: "https://spark", eventsPerSecond: 1, burstSeconds: 1 });
  const { quotas, pass } = quotasAt(spark, quota({ id: "any", of: "producer", eventsPerSecond: 1, burstSeconds: 2 }));
  quotas.takeProduced(["https://spark/1.40", "https://dbt"]);
  expect(waitOf(() => quotas.takeProduced(["https://dbt", "https://spark/1.40"]))).toBe(1);
  expect(waitOf(() => quotas.takeProduced(["https://dbt"]))).toBe(0);
  pass(1);
  expect(waitOf(() => quotas.takeProduced(["https://spark/1.40"]))).toBe(0);
});

test("without quotas nobody is counted", () => {
  const { quotas } = quotasAt();
  quotas.takeSent("a", 1e9);
  expect(waitOf(() => quotas.demand("a"))).toBe(0);
});
