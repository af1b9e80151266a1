import { expect, test } from "vitest";
import { expectedText, layersOf, secondsLeft, stageOf } from "./requests.ts";

const progress = (done: number, asking = 0) => ({ total: 4, done, underWay: 0, asking, failed: 0 });

test.each([
  ["waiting", progress(0), "waiting"],
  ["running", progress(1), "open"],
  ["paused", progress(1), "open"],
  ["completed", progress(4), "done"],
  ["withdrawn", progress(0), "done"],
] as const)("a request that is %s stands under its stage", (state, own, stage) => {
  expect(stageOf({ state, progress: own })).toBe(stage);
});

test("what is left goes by the pace so far, and is unknown before the first step", () => {
  const at = "2026-11-04T10:00:00.000Z";
  const request = (done: number) => ({ requestedAt: at, progress: progress(done) });
  expect(secondsLeft(request(1), null, "2026-11-04T10:01:00.000Z")).toBe(180);
  expect(secondsLeft(request(0), null, "2026-11-04T10:01:00.000Z")).toBeNull();
  expect(secondsLeft(request(4), null, "2026-11-04T10:01:00.000Z")).toBeNull();
});

test("steps stand right of everything they wait for, also what is not shown", () => {
  const steps = [
    { id: "a", after: [] },
    { id: "b", after: ["a"] },
    { id: "c", after: ["a", "gone"] },
    { id: "d", after: ["b", "c"] },
  ];
  expect(layersOf(steps, ({ id }) => id).map((layer) => layer.map(({ id }) => id))).toEqual([["a"], ["b", "c"], ["d"]]);
});

test("what is not known is said to be not known", () => {
  expect(expectedText(null)).toContain("not known");
  expect(expectedText({ p50Seconds: 5, p90Seconds: 20 })).toBe("less than a minute");
});
