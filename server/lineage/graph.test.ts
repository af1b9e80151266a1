import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { smallEstate } from "../../test/small-estate.ts";
import { declaredEdges, declaredSteps } from "./declared.ts";
import { driftOf } from "./drift.ts";
import { graphAt, type AsOf, type DeclaredSteps } from "./graph-at.ts";
import { impactOf } from "./impact.ts";
import { candidates, datasetNode, jobNode, nameOf } from "./node-id.ts";
import { pathsBetween } from "./paths.ts";
import { createStepIndex, type StepIndex } from "./step-index.ts";
import type { How, Sighting } from "./step.ts";
import { walk } from "./walk.ts";

const DAY = 86_400_000;
const NOTHING: DeclaredSteps = { outOf: () => [], into: () => [], has: () => false, nodes: new Set() };
const FAR = { depth: 100, mostNodes: 1_000 };
const ALWAYS: AsOf = { effectiveAt: Infinity, knownAt: Infinity };

const dataset = (name: string) => `dataset:d:${name}`;
const job = (name: string) => `job:j:${name}`;
function seen(origin: string, destination: string, day: number, known = day, how: How = "io", via = ""): Sighting {
  return { origin, destination, how, via, producer: "p", at: day * DAY, known: known * DAY };
}
function indexOf(sightings: readonly Sighting[], limits?: Parameters<typeof createStepIndex>[0]): StepIndex {
  const index = createStepIndex(limits);
  for (const each of sightings) index.add(each);
  return index;
}
function reached(index: StepIndex, from: string, asOf = ALWAYS, direction: "upstream" | "downstream" = "downstream") {
  const graph = graphAt(index, NOTHING, asOf);
  const found = walk(graph, [index.intern(from)], direction, FAR);
  return Object.fromEntries([...found.distances].map(([node, distance]) => [index.text(node), distance]));
}
const day = (effective: number, known = effective): AsOf => ({ effectiveAt: effective * DAY, knownAt: known * DAY });

describe("node ids", () => {
  const name = fc.string({ minLength: 1, unit: fc.constantFrom("a", ":", "/", "%", "3", "A", '"', "\n", "🌍") });
  test("any two names have two ids, which can be read back and guessed from how others write them", () => {
    fc.assert(
      fc.property(name, name, (namespace, own) => {
        expect(nameOf(datasetNode({ namespace, name: own }))).toEqual({ kind: "dataset", namespace, name: own });
        expect(candidates(`job:${namespace}:${own}`)).toContain(jobNode({ namespace, name: own }));
      }),
    );
  });
});

describe("reachability", () => {
  const node = fc.integer({ min: 0, max: 5 });
  const when = fc.integer({ min: 1, max: 6 });
  const told = fc.record({
    job: node,
    reads: fc.uniqueArray(node),
    writes: fc.uniqueArray(node),
    at: when,
    late: fc.nat(4),
  });

  /** Steps and whole statements of one completed run. */
  const runOf = ({ job: name, reads, writes, at, late }: typeof told extends fc.Arbitrary<infer T> ? T : never) => [
    ...reads.map((each) => seen(dataset(`${each}`), job(`${name}`), at, at + late)),
    ...writes.map((each) => seen(job(`${name}`), dataset(`${each}`), at, at + late)),
    ...(reads.length > 0 ? [seen("", job(`${name}`), at, at + late, "told-inputs")] : []),
    ...(writes.length > 0 ? [seen("", job(`${name}`), at, at + late, "told-outputs")] : []),
  ];

  /** The same, spelled out over the bare sightings: filter what was known, drop what was left out twice, search. */
  function naively(sightings: readonly Sighting[], from: string, { effectiveAt, knownAt }: AsOf) {
    const known = sightings.filter(({ at, known: since }) => at <= effectiveAt && since <= knownAt);
    const steps = Map.groupBy(
      known.filter(({ how }) => how === "io"),
      ({ origin, destination }) => `${origin} ${destination}`,
    );
    const inForce = [...steps.values()].filter((own) => {
      const [{ origin, destination }] = own as [Sighting];
      const last = Math.max(...own.map(({ at }) => at));
      const about = origin.startsWith("job:") ? [origin, "told-outputs"] : [destination, "told-inputs"];
      const tellings = known.filter(({ how, destination: whose }) => how === about[1] && whose === about[0]);
      return new Set(tellings.filter(({ at }) => at > last).map(({ at }) => at)).size < 2;
    });
    const distances: Record<string, number> = { [from]: 0 };
    for (let at = 0, front = [from]; front.length > 0; at++) {
      const next = inForce.flatMap((own) => (front.includes(own[0]!.origin) ? [own[0]!.destination] : []));
      front = [...new Set(next)].filter((each) => !(each in distances));
      for (const each of front) distances[each] = at + 1;
    }
    return distances;
  }

  test("at any two times is what a naive search of what was known then finds", () => {
    fc.assert(
      fc.property(
        fc.array(told, { maxLength: 12 }),
        node,
        when,
        fc.nat(12),
        fc.nat(),
        (runs, from, effective, known, seed) => {
          const sightings = runs.flatMap(runOf);
          const shuffled = [...sightings, ...sightings].map(
            (each, at) => [(at * 7919 + seed) % 104_729, each] as const,
          );
          const index = indexOf(shuffled.toSorted(([one], [other]) => one - other).map(([, each]) => each));
          const asOf = day(effective, known);
          expect(reached(index, dataset(`${from}`), asOf)).toEqual(naively(sightings, dataset(`${from}`), asOf));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("upstream is downstream seen from the other end", () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 8 }), node, node, (runs, from, to) => {
        const index = indexOf(runs.flatMap(runOf));
        const [one, other] = [dataset(`${from}`), dataset(`${to}`)];
        const down = reached(index, one)[other];
        expect(reached(index, other, ALWAYS, "upstream")[one]).toBe(down);
        const graph = graphAt(index, NOTHING, ALWAYS);
        const { paths } = pathsBetween(graph, index.intern(one), index.intern(other), { depth: 20, limit: 50 });
        expect(paths.length > 0).toBe(down !== undefined);
        if (paths[0]) expect(paths[0].length - 1).toBe(down);
      }),
    );
  });

  test("a step outside the window of time hides itself and nothing else", () => {
    const index = indexOf([
      seen(dataset("a"), job("x"), 9),
      seen(job("x"), dataset("b"), 1),
      seen(dataset("a"), job("y"), 1),
    ]);
    index.add(seen(job("y"), dataset("b"), 1));
    expect(reached(index, dataset("a"), day(5))).toEqual({ [dataset("a")]: 0, [job("y")]: 1, [dataset("b")]: 2 });
  });

  test("circles end, a depth is kept, and a cut is told", () => {
    const chain = Array.from({ length: 30 }, (_, at) => seen(dataset(`${at}`), job(`${at}`), 1)).flatMap((step, at) => [
      step,
      seen(job(`${at}`), dataset(`${(at + 1) % 30}`), 1),
    ]);
    const graph = graphAt(indexOf(chain), NOTHING, ALWAYS);
    const start = [graph.index.intern(dataset("0"))];
    const all = walk(graph, start, "downstream", { depth: 1_000, mostNodes: 1_000 });
    expect(all).toMatchObject({ truncated: false, beyond: 0 });
    expect(all.distances.size).toBe(60);
    const near = walk(graph, start, "downstream", { depth: 4, mostNodes: 1_000 });
    expect([near.distances.size, near.truncated, near.beyond]).toEqual([5, false, 1]);
    const few = walk(graph, start, "downstream", { depth: 1_000, mostNodes: 7 });
    expect([few.distances.size, few.truncated]).toEqual([7, true]);
  });
});

describe("what is told more exactly", () => {
  const base = [
    ...["a", "b"].map((each) => seen(dataset(each), job("x"), 1)),
    ...["c", "d"].map((each) => seen(job("x"), dataset(each), 1)),
  ];
  const statement = (how: How) => [
    seen("", dataset("c"), 1, 1, how, job("x")),
    seen(dataset(how === "column" ? "a" : "b"), dataset("c"), 1, 1, how, job("x")),
  ];

  test.each([
    ["nothing", [], ["a", "b"]],
    ["columns", statement("column"), ["a"]],
    ["explicit lineage over columns", [...statement("column"), ...statement("explicit")], ["b"]],
    ["that nothing feeds it", [seen("", dataset("c"), 1, 1, "explicit", job("x"))], []],
  ])("%s: a job joins only what it makes of each other", (_what, more, feeding) => {
    const index = indexOf([...base, ...more]);
    const up = Object.keys(reached(index, dataset("c"), ALWAYS, "upstream"));
    expect(up.filter((id) => id.startsWith("dataset:")).sort()).toEqual([...feeding, "c"].map(dataset).sort());
    for (const each of ["a", "b"]) {
      const down = reached(index, dataset(each));
      expect(down[dataset("c")]).toBe(feeding.includes(each) ? 2 : undefined);
      expect(down[dataset("d")]).toBe(2);
    }
  });
});

describe("names", () => {
  test("a dataset renamed is one with its old self, from then on", () => {
    const index = indexOf([
      seen(job("x"), dataset("old"), 1),
      seen(dataset("old"), dataset("new"), 5, 5, "renamed"),
      seen(dataset("new"), job("y"), 6),
    ]);
    expect(reached(index, job("x"), day(3))).toEqual({ [job("x")]: 0, [dataset("old")]: 1 });
    expect(reached(index, job("x"), day(9))).toEqual({ [job("x")]: 0, [dataset("new")]: 1, [job("y")]: 2 });
    index.add(seen("", dataset("old"), 7, 7, "created"));
    expect(reached(index, job("x"), day(9))).not.toHaveProperty(job("y"));
  });

  test("an alias joins, until it is told twice without", () => {
    const told = (at: number) => seen("", dataset("t"), at, at, "alias");
    const index = indexOf([
      seen(job("x"), dataset("path"), 1),
      seen(dataset("path"), dataset("t"), 1, 1, "alias"),
      seen(dataset("t"), job("y"), 1),
      ...[1, 2, 3].map(told),
    ]);
    expect(reached(index, job("x"), day(2))).toEqual({ [job("x")]: 0, [dataset("t")]: 1, [job("y")]: 2 });
    expect(reached(index, job("x"), day(3))).not.toHaveProperty(job("y"));
  });

  test("what is dropped is gone until something shows it again", () => {
    const index = indexOf([
      seen(job("x"), dataset("a"), 1),
      seen(dataset("a"), job("y"), 1),
      seen("", dataset("a"), 4, 4, "dropped"),
      seen(job("x"), dataset("a"), 8),
    ]);
    const deletedAt = (at: number) => graphAt(index, NOTHING, day(at)).droppedAt(index.intern(dataset("a")));
    expect([2, 5, 9].map((at) => Object.keys(reached(index, job("x"), day(at))).length)).toEqual([3, 1, 2]);
    expect([2, 5, 9].map(deletedAt)).toEqual([null, 4 * DAY, null]);
    expect(Object.keys(reached(index, job("x"), day(5, 3)))).toHaveLength(3);
  });
});

describe("memory", () => {
  test("is bounded: sightings grow coarser and never tell what was not", () => {
    const sightings = Array.from({ length: 2_000 }, (_, at) => seen(dataset("a"), job(`${at % 4}`), at, at + (at % 3)));
    const index = indexOf(sightings, { mostSteps: 3, mostSightings: 100 });
    expect(index.size).toMatchObject({ steps: 3, refused: 500 });
    expect(index.size.sightings).toBeLessThanOrEqual(101);
    expect(index.size.bucketDays).toBeGreaterThan(1);
    const step = index.step({
      origin: index.intern(dataset("a")),
      destination: index.intern(job("1")),
      how: "io",
      via: 0,
      producer: index.intern("p"),
    })!;
    for (const at of [3, 700, 1_999]) {
      const last = index.lastSeen(step, at * DAY, Infinity);
      expect(last === -Infinity || sightings.some((each) => each.at === last && each.destination === job("1"))).toBe(
        true,
      );
    }
    expect(index.firstSeen(step, Infinity, Infinity)).toBe(DAY);
    expect(index.lastSeen(step, Infinity, Infinity)).toBe(1_997 * DAY);
  });
});

describe("what the estate declares", () => {
  const estate = smallEstate();
  const index = createStepIndex();
  const declared = declaredSteps(index, declaredEdges(estate));
  const graph = graphAt(index, declared, ALWAYS);

  it("leads from the ledger through each entity's jobs to the dashboard and its report", () => {
    const [from, to] = [index.intern("dataset:erp://small:LEDGER"), index.intern("report:small:close-dashboard")];
    const { paths } = pathsBetween(graph, from, to, { depth: 12, limit: 100 });
    expect(paths).toHaveLength(8);
    expect(paths[0]!.map(index.text)).toContain("job:bi://small:Refresh dashboard");
  });

  it("shows what stands on a dataset", () => {
    const impact = impactOf(estate, ["message", "plan", "board"]);
    expect(impact.reports.map((report) => report.id)).toEqual(["close-dashboard"]);
    expect(impact.milestones.map((milestone) => milestone.id)).toEqual(["actuals", "accruals", "ties", "pack"]);
    expect(impactOf(estate, ["board"]).milestones.map((milestone) => milestone.id)).toEqual(["ties", "pack"]);
  });

  it("drifts where runs tell otherwise, and not where a job has not run or not told", () => {
    const load = "job:planning://small:Load DE01";
    const reads = (origin: string, at: number) => seen(origin, load, at);
    const told = createStepIndex();
    expect(driftOf(estate, told, ALWAYS)).toEqual([]);
    told.add(reads("dataset:hub://small:MESSAGE", 1));
    told.add(seen("", load, 1, 1, "told-inputs"));
    expect(driftOf(estate, told, ALWAYS)).toEqual([]);
    for (const at of [3, 4])
      for (const each of [reads("dataset:files://x:sheet.xlsx", at), seen("", load, at, at, "told-inputs")])
        told.add(each);
    expect(driftOf(estate, told, ALWAYS)).toMatchObject([
      {
        kind: "never-observed",
        origin: "dataset:hub://small:MESSAGE",
        flow: "actuals",
        dataset: "plan",
        entities: ["DE01"],
      },
      { kind: "undeclared", origin: "dataset:files://x:sheet.xlsx", since: 3 * DAY },
    ]);
    expect(driftOf(estate, told, day(2))).toEqual([]);
  });
});
