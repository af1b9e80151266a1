import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawnGraph, followBreak, tally, type ShownEdge, type ShownNode } from "./drawn-graph.ts";
import { layered } from "./layers.ts";
import { treeRows } from "./tree-rows.ts";

function node(id: string, more: Partial<ShownNode> = {}): ShownNode {
  const kind = id.startsWith("job:") ? "job" : "dataset";
  return {
    ...{ id, kind, namespace: "n", name: id, title: id, system: "s", systemTitle: "System", dataset: null },
    ...{ datasetKind: null, report: null, owner: null, flow: null, hop: null, entities: [], distance: null },
    ...{ declared: true, observed: true, alsoKnownAs: [], droppedAt: null, freshness: null },
    ...more,
  } as ShownNode;
}
function edge(origin: string, destination: string, state: "tied" | "off" | "carries" | null = null): ShownEdge {
  const tie = state && { state, checks: [], more: 0 };
  return {
    origin,
    destination,
    evidence: "both",
    how: ["io"],
    producers: [],
    firstSeenAt: null,
    lastSeenAt: null,
    tie,
  };
}
const late = { freshness: { state: "stale" as const, entities: ["DE01"], completeThrough: null } };

describe("what is drawn", () => {
  const nodes = [
    node("a"),
    ...["DE01", "FR01"].map((entity) => node(`job:load ${entity}`, { flow: "f", hop: "b", title: `Load ${entity}` })),
    node("b", late),
    node("c", { ...late, systemTitle: "Other" }),
  ];
  const edges = [
    edge("a", "job:load DE01", "tied"),
    edge("a", "job:load FR01", "off"),
    edge("job:load DE01", "b", "tied"),
    edge("job:load FR01", "b", "off"),
    edge("b", "c", "carries"),
  ];

  test("jobs of a hop are one node, and its lines tell the worst of them", () => {
    const drawn = drawnGraph(nodes, edges, "hops");
    expect(drawn.nodes.map(({ title, members }) => [title, members.length])).toEqual([
      ["a", 1],
      ["Load …", 2],
      ["b", 1],
      ["c", 1],
    ]);
    expect(drawn.edges.map(({ look, count }) => [look, count])).toEqual([
      ["off", 2],
      ["off", 2],
      ["carries", 1],
    ]);
    expect(drawnGraph(nodes, edges, "none").nodes).toHaveLength(5);
  });

  test("jobs on the lines leave the datasets, and a line tells the worst that leads along it", () => {
    const drawn = drawnGraph([...nodes, node("job:alone")], [...edges, edge("c", "job:alone")], "lines");
    expect(drawn.nodes.map(({ id }) => id)).toEqual(["a", "b", "c", "job:alone"]);
    expect(drawn.edges.map(({ origin, destination, look, count }) => [origin, destination, look, count])).toEqual([
      ["b", "c", "carries", 1],
      ["c", "job:alone", "plain", 1],
      ["a", "b", "off", 2],
    ]);
    expect(drawn.inside.get("job:load DE01")).toBe("b");
    expect(drawnGraph(nodes, edges, "lines", "job:load DE01").nodes.map(({ id }) => id)).toContain("hop:f:b");
  });

  test("systems together draw only what leads from one to another", () => {
    const drawn = drawnGraph(nodes, edges, "systems");
    expect(drawn.nodes.map(({ id, subtitle }) => [id, subtitle])).toEqual([
      ["system:System", "✕ late · 2 datasets, 2 jobs"],
      ["system:Other", "✕ late · 1 datasets"],
    ]);
    expect(drawn.edges).toMatchObject([{ origin: "system:System", destination: "system:Other", look: "carries" }]);
  });

  test("following the break begins where it first differs and takes along what is behind it", () => {
    const drawn = drawnGraph([...nodes, node("d"), node("e")], [...edges, edge("d", "e", "tied")], "none");
    expect([...followBreak(drawn, nodes)].sort()).toEqual(["a", "b", "c", "job:load DE01", "job:load FR01"]);
    expect(tally(nodes, edges)).toMatchObject({ datasets: 3, jobs: 2, systems: 2, off: ["b"], late: ["b", "c"] });
  });
});

describe("layers", () => {
  const ids = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1 }).map((list) => list.map(String));
  const lines = fc.array(fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => ({ origin: `${a}`, destination: `${b}` })));
  test("every node has a place of its own, and lines that close no circle lead right", () => {
    fc.assert(
      fc.property(ids, lines, (nodes, all) => {
        const options = { groupOf: (id: string) => String(Number(id) % 3), step: 100, row: 10 };
        const ahead = all.filter(({ origin, destination }) => Number(origin) < Number(destination));
        const places = layered(nodes, ahead, options);
        expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length);
        for (const { origin, destination } of ahead) {
          const [from, to] = [places.get(origin), places.get(destination)];
          if (from && to) expect(from.x).toBeLessThan(to.x);
        }
        expect(layered(nodes, all, options).size).toBe(nodes.length);
      }),
    );
  });
});

describe("the tree", () => {
  const everything = () => true;
  test("is as long as the graph: what stands under several is unfolded once, and circles end", () => {
    const nodes = ["a", "b", "c", "d", "x", "y"].map((id) => node(id));
    const edges = [edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d"), edge("x", "y"), edge("y", "x")];
    const rows = treeRows(nodes, edges, everything);
    expect(rows.map(({ node: { id }, level, again }) => `${"-".repeat(level)}${id}${again ? "*" : ""}`)).toEqual([
      ...["-a", "--b", "---d", "--c", "---d*", "-x", "--y", "---x*"],
    ]);
    expect(treeRows(nodes, edges, () => false).map(({ node: { id } }) => id)).toEqual(["a", "x"]);
  });
});
