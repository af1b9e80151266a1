import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { LinkedBy, Sure } from "../../schemas/wire/trace.ts";
import { linkRuns, sureness } from "./link-runs.ts";
import { scene, type Told } from "../../test/traced-scene.ts";

const UP: Told = { job: "extract", from: "08:00", to: "08:10", writes: "extract" };
const DOWN: Told = { job: "load", from: "08:20", to: "08:40", reads: "extract", writes: "plan" };
const id = { correlationId: "GLA-1" };

function linked(up: Partial<Told>, down: Partial<Told>, more: Told[] = []) {
  const runs = scene([{ ...UP, ...up }, { ...DOWN, ...down }, ...more]);
  return linkRuns(runs, null).map(({ from, to, by, sure, also }) => ({
    way: `${from.split("\n")[1]} → ${to.split("\n")[1]}`,
    ...{ by, sure, also },
  }));
}

const only = (by: LinkedBy, sure: Sure, also: LinkedBy[] = []) => [{ way: "extract → load", by, sure, also }];

describe("two runs are linked by", () => {
  test.each<[string, Partial<Told>, Partial<Told>, ReturnType<typeof only>]>([
    ["one ID both carry", id, id, only("correlation-id", "certain")],
    ["an ID in the figures of one", id, { inData: "GLA-1" }, only("id-in-data", "certain")],
    ["one naming the run that fed it", {}, { names: { upstream: ["run-extract"] } }, only("job-dependency", "certain")],
    ["one naming the run it started", { names: { downstream: ["run-load"] } }, {}, only("job-dependency", "certain")],
    ["its cause", {}, { names: { causation: ["run-extract"] } }, only("causation", "certain")],
    ["being part of it", {}, { names: { parent: ["run-extract"] } }, only("parent-run", "certain")],
    ["a message", { names: { message: ["m"] } }, { names: { message: ["m"] } }, only("message-id", "certain")],
    ["a file's name", { names: { file: ["a.csv"] } }, { names: { file: ["a.csv"] } }, only("file-name", "likely")],
    [
      "a file's content, and its name beside",
      { names: { file: ["a.csv"], "file-hash": ["00"] } },
      { names: { file: ["a.csv"], "file-hash": ["00"] } },
      only("file-hash", "certain", ["file-name"]),
    ],
    ["a batch", { names: { batch: ["B7"] } }, { names: { batch: ["B7"] } }, only("batch-name", "likely")],
    [
      "a dataset's version",
      { names: { version: ["x\ny\n7"] } },
      { names: { version: ["x\ny\n7"] } },
      only("dataset-version", "certain"),
    ],
    ["one snapshot", { snapshot: "07:59" }, { snapshot: "07:59" }, only("snapshot", "likely")],
    ["a window with one delivery in it", {}, {}, only("load-window", "likely")],
    [
      "a window, and the same figures",
      { net: "10.00" },
      { net: "10.00" },
      only("load-window", "likely", ["same-totals"]),
    ],
  ])("%s", (_, up, down, expected) => {
    expect(linked(up, down)).toEqual(expected);
  });
});

describe("nothing links", () => {
  test.each<[string, Partial<Told>, Partial<Told>]>([
    ["another entity's load", { entity: "FR01" }, {}],
    ["another period's load", { period: "2026-09" }, {}],
    ["a load that began before", { from: "08:30", to: "08:50" }, {}],
    ["a delivery that failed", { state: "FAIL" }, {}],
    ["what reads something else", {}, { reads: "forecast" }],
    ["a delivery of two days before", { from: "-48", to: "-47" }, {}],
  ])("%s", (_, up, down) => {
    expect(linked(up, down)).toEqual([]);
  });
});

it("is only possible where several deliveries lie in the window, unless the figures tell which", () => {
  const later: Told = { ...UP, id: "second", from: "08:12", to: "08:15" };
  expect(linked({}, {}, [later])).toMatchObject([{ by: "load-window", sure: "possible" }]);
  const figures = linked({ net: "1.00" }, { net: "2.00" }, [{ ...later, net: "2.00" }]);
  expect(figures).toMatchObject([{ by: "load-window", sure: "likely", also: ["same-totals"] }]);
});

it("takes the last delivery before it, where a batch was sent twice under one ID", () => {
  const again: Told = { ...UP, ...id, id: "again", from: "08:12", to: "08:15" };
  const runs = scene([{ ...UP, ...id }, again, { ...DOWN, ...id }]);
  expect(linkRuns(runs, "GLA-1").map(({ from }) => from.split("\n")[2])).toEqual(["again"]);
});

it("measures the wait from the end of one to the start of the other", () => {
  expect(linkRuns(scene([UP, DOWN]), null)[0]!.waitSeconds).toBe(600);
  expect(
    linkRuns(
      scene([
        { ...UP, ...id, to: "08:25" },
        { ...DOWN, ...id },
      ]),
      null,
    )[0]!.waitSeconds,
  ).toBe(-300);
});

it("is as sure of a run as of the best chain that leads to it, and leaves out what none leads to", () => {
  const [extract, load, refresh, stranger] = scene([
    { ...UP, ...id, hows: ["carried"] },
    { ...DOWN, names: { upstream: ["run-extract"] } },
    { job: "refresh", from: "09:00", to: "09:10", reads: "plan", writes: "report" },
    { job: "stranger", from: "07:00", to: "07:10", reads: "crm", writes: "leads" },
  ]);
  const runs = [extract!, load!, refresh!, stranger!];
  const sure = sureness(runs, linkRuns(runs, "GLA-1"), new Set());
  expect(runs.map(({ key }) => sure.get(key))).toEqual(["certain", "certain", "likely", undefined]);
});

const told = fc.record<Told>({
  job: fc.constantFrom("extract", "message", "load"),
  id: fc.uuid(),
  from: fc.integer({ min: 0, max: 600 }).map(clock),
  to: fc.integer({ min: 600, max: 900 }).map(clock),
  reads: fc.constantFrom("a", "b", "c"),
  writes: fc.constantFrom("a", "b", "c"),
  entity: fc.constantFrom("DE01", "FR01"),
  names: fc.dictionary(
    fc.constantFrom("message", "file", "batch"),
    fc.array(fc.constantFrom("x", "y"), { maxLength: 2 }),
  ),
});

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

it("says the same of runs in any order, never links a run to itself, and only what is there", () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (list, luck) => {
      const runs = scene(list);
      const links = linkRuns(runs, null);
      const shuffled = runs.toSorted(() => (luck.next().value! % 2 === 0 ? 1 : -1));
      expect(linkRuns(shuffled, null)).toEqual(links);
      const keys = new Set(runs.map(({ key }) => key));
      for (const { from, to } of links) {
        expect(from).not.toBe(to);
        expect(keys.has(from) && keys.has(to)).toBe(true);
      }
    }),
  );
});

it("never grows less sure of a run when more is known", () => {
  const order: Sure[] = ["possible", "likely", "certain"];
  fc.assert(
    fc.property(fc.array(told, { minLength: 2, maxLength: 6 }), (list) => {
      const runs = scene(list);
      const links = linkRuns(runs, null);
      const asked = new Set([runs[0]!.key]);
      const less = sureness(runs, links.slice(1), asked);
      const more = sureness(runs, links, asked);
      for (const [key, sure] of less) expect(order.indexOf(more.get(key)!)).toBeGreaterThanOrEqual(order.indexOf(sure));
    }),
  );
});
