import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallEstate } from "../../test/small-estate.ts";
import { declaredEdges, graphOf, paths, reach } from "./graph.ts";
import { impactOf } from "./impact.ts";

const edge = (origin: string, destination: string, lastSeenAt = "2026-11-02T09:00:00.000Z") => ({
  origin,
  destination,
  lastSeenAt,
});
const estate = smallEstate();

describe("the lineage graph", () => {
  const diamond = graphOf([edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d"), edge("d", "a")], []);

  it("is walked either way, as far as asked, and circles end", () => {
    expect([...reach(diamond, "a", "downstream", 1).keys()].sort()).toEqual(["a", "b", "c"]);
    expect(Object.fromEntries(reach(diamond, "a", "downstream", 9))).toEqual({ a: 0, b: 1, c: 1, d: 2 });
    expect(Object.fromEntries(reach(diamond, "a", "upstream", 1))).toEqual({ a: 0, d: 1 });
    expect(reach(diamond, "nowhere", "upstream", 5).size).toBe(1);
  });

  it("finds the paths between two nodes, shortest first", () => {
    expect(paths(diamond, "a", "d", 5)).toEqual([
      ["a", "b", "d"],
      ["a", "c", "d"],
    ]);
    expect(paths(diamond, "a", "d", 1)).toEqual([]);
    expect(paths(diamond, "b", "c", 5)).toEqual([["b", "d", "a", "c"]]);
    expect(paths(diamond, "a", "d", 5, 1)).toHaveLength(1);
  });

  it("remembers for each step whether it is declared, seen, or both", () => {
    const graph = graphOf(
      [edge("a", "b", "2026-11-01T00:00:00.000Z"), edge("a", "b")],
      [
        { origin: "a", destination: "b" },
        { origin: "b", destination: "c" },
      ],
    );
    expect(graph.outOf("a")).toEqual([{ ...edge("a", "b"), declared: true }]);
    expect(graph.into("c")).toEqual([{ origin: "b", destination: "c", declared: true, lastSeenAt: null }]);
    expect(graph.has("d")).toBe(false);
  });

  it("upstream is downstream seen from the other end", () => {
    const node = fc.constantFrom("a", "b", "c", "d", "e");
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node)), node, node, fc.nat(5), (steps, from, to, depth) => {
        const graph = graphOf(
          steps.map(([origin, destination]) => edge(origin, destination)),
          [],
        );
        const down = reach(graph, from, "downstream", depth).get(to);
        expect(reach(graph, to, "upstream", depth).get(from)).toBe(down);
        const found = paths(graph, from, to, depth);
        expect(found.length > 0).toBe(down !== undefined);
        if (found[0]) expect(found[0].length - 1).toBe(down);
      }),
    );
  });
});

describe("what the estate declares", () => {
  const graph = graphOf([], declaredEdges(estate));

  it("leads from the ledger through each entity's jobs to the dashboard", () => {
    const found = paths(graph, "dataset:erp://small:LEDGER", "dataset:bi://small:BOARD", 10);
    expect(found).toHaveLength(8);
    expect(found[0]).toContain("job:bi://small:Refresh dashboard");
    expect(graph.into("dataset:planning://small:PLAN").map((each) => each.origin)).toEqual([
      "job:planning://small:Load DE01",
      "job:planning://small:Load US01",
    ]);
  });

  it("shows what stands on a dataset", () => {
    const impact = impactOf(estate, graph, "message");
    expect(impact.datasets).toEqual(["plan", "board"]);
    expect(impact.reports.map((report) => report.id)).toEqual(["close-dashboard"]);
    expect(impact.milestones.map((milestone) => milestone.id)).toEqual(["actuals", "accruals", "ties", "pack"]);
    expect(impactOf(estate, graph, "board").milestones.map((milestone) => milestone.id)).toEqual(["ties", "pack"]);
  });
});
