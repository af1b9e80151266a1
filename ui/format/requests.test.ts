import { expect, test } from "vitest";
import type { Plan } from "../../schemas/wire/plan.ts";
import { expectedText, layersOf, secondsLeft, stageOf, waitsFor, withReach } from "./requests.ts";

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

test("behind the steps stands what rests on what they fill, each kind behind the one before", () => {
  const touches = { downstream: ["pbi"], reports: [], milestones: ["tie-out", "signed-off"] };
  const steps = [
    { id: "s1", after: [] },
    { id: "s2", after: ["s1"] },
    { id: "s3", after: [] },
  ] as unknown as Plan["steps"];
  const drawn = withReach({ steps, touches: touches as unknown as Plan["touches"] }, (id) => id.toUpperCase());
  expect(drawn.slice(3).map(({ title, after, kind }) => [title, after, kind])).toEqual([
    ["PBI", ["s2", "s3"], "reach"],
    ["TIE-OUT", ["dataset PBI"], "reach"],
    ["SIGNED-OFF", ["dataset PBI"], "reach"],
  ]);
  expect(layersOf(drawn, ({ id }) => id).map(({ length }) => length)).toEqual([2, 1, 1, 2]);
  const many = { ...touches, milestones: ["a", "b", "c", "d", "e"] };
  const titles = withReach({ steps, touches: many as unknown as Plan["touches"] }, (id) => id).map(
    ({ title }) => title,
  );
  expect(titles.slice(-4)).toEqual(["a", "b", "c", "and 2 more"]);
});

test("a request waits for everybody but whoever asked, until it has its agreement or is held otherwise", () => {
  const approval = { needed: 2, given: 1, expiresAt: null, brokenGlass: false };
  const asked = { state: "waiting" as const, requestedBy: "Priya Raman", heldBy: null, approval };
  expect(waitsFor(asked, "Maren Vogt")).toBe(true);
  expect(waitsFor(asked, "Priya Raman")).toBe(false);
  expect(waitsFor({ ...asked, approval: { ...approval, given: 2 } }, "Maren Vogt")).toBe(false);
  expect(waitsFor({ ...asked, heldBy: "Budget freeze" }, "Maren Vogt")).toBe(false);
  expect(waitsFor({ ...asked, state: "completed" }, "Maren Vogt")).toBe(false);
});

test("what is not known is said to be not known", () => {
  expect(expectedText(null)).toContain("not known");
  expect(expectedText({ p50Seconds: 5, p90Seconds: 20 })).toBe("less than a minute");
});
