import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {
  LineageColumns,
  LineageDifference,
  LineageDrift,
  LineageEvidence,
  LineageGraph,
  LineageImpact,
  LineageNodeDetail,
  LineagePaths,
} from "../../schemas/wire/lineage.ts";
import { loadEvent, PERIOD, writePushedEstate } from "../pushed-estate.ts";
import { startServer, type ServerProcess } from "../server-process.ts";

const SIGNED = { _producer: "https://example.com/etl", _schemaURL: "https://example.com/facet.json" };
const PLAN = "dataset:anaplan://meridian:PLAN";
const LEDGER = "dataset:s4://meridian-prd:LEDGER";
const LOAD = "job:anaplan://meridian:Load DE01";
const dataset = (name: string, facets: object = {}) => ({ namespace: "hub://x", name, facets });
const node = (name: string) => `dataset:hub://x:${name}`;

let server: ServerProcess;
let estate: ReturnType<typeof writePushedEstate>;

beforeAll(async () => {
  estate = writePushedEstate();
  server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
}, 120_000);
afterAll(async () => {
  await server.stop();
  await rm(estate.directory, { recursive: true, force: true });
});

/** A completed run of a job of the hub. */
function run(
  at: string,
  job: string,
  inputs: object[],
  outputs: object[],
  more: { facets?: object; producer?: string } = {},
) {
  return {
    ...{ eventTime: at, eventType: "COMPLETE", producer: more.producer ?? SIGNED._producer },
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    run: { runId: `${job}-${at}`, facets: more.facets ?? {} },
    job: { namespace: "hub://x", name: job },
    ...{ inputs, outputs },
  };
}

async function send(events: object[]): Promise<string> {
  const headers = { "content-type": "application/json" };
  const answer = await server.ask("/api/v1/lineage/batch", { method: "POST", headers, body: JSON.stringify(events) });
  expect(answer.status, await answer.text()).toBe(204);
  return new Date(Date.now() + 1).toISOString();
}

async function asked<T>(what: string, query: Record<string, string | number>, status = 200): Promise<T> {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const answer = await server.ask(`/api/v1/${what}?${text}`);
  expect(answer.status, `${what} ${text.toString()}`).toBe(status);
  return (await answer.json()) as T;
}
const graph = (query: Record<string, string | number>) => asked<LineageGraph>("lineage/graph", query);
const idsOf = ({ nodes }: { nodes: { id: string }[] }) => nodes.map(({ id }) => id).sort();

describe("a graph at two times", () => {
  test("knows what was in effect then, and what was known of it then", async () => {
    const before = await send([run("2026-01-05T08:00:00Z", "stage", [dataset("raw")], [dataset("clean")])]);
    await send([run("2026-01-02T08:00:00Z", "early", [dataset("older")], [dataset("raw")])]);
    const focus = node("clean");
    expect(idsOf(await graph({ focus }))).toEqual(
      [...["clean", "older", "raw"].map(node), "job:hub://x:early", "job:hub://x:stage"].sort(),
    );
    expect(idsOf(await graph({ focus, knownAt: before }))).toEqual(
      [node("clean"), node("raw"), "job:hub://x:stage"].sort(),
    );
    expect(idsOf(await graph({ focus: node("raw"), effectiveAt: "2026-01-03T00:00:00Z" }))).toHaveLength(3);
    await asked("lineage/graph", { focus, effectiveAt: "2026-01-03T00:00:00Z" }, 404);
    const evidence = await asked<LineageEvidence>("lineage/evidence", {
      origin: node("raw"),
      destination: "job:hub://x:stage",
    });
    expect(evidence.observed).toMatchObject([
      { how: "io", firstSeenAt: "2026-01-05T08:00:00.000Z", days: 1, inForce: true },
    ]);
    expect(evidence.observed[0]!.firstKnownAt <= before).toBe(true);
  });

  test("says what was added and what is gone, once a job has twice done without it", async () => {
    const days = ["2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04"].map((day) => `${day}T06:00:00Z`);
    await send(days.map((at, day) => run(at, "swap", [dataset(day < 2 ? "first" : "second")], [dataset("swapped")])));
    const query = { focus: node("swapped"), from: days[1]!, to: days[3]! };
    const told = await asked<LineageDifference>("lineage/difference", query);
    const changed = told.edges.filter(({ change }) => change !== "kept").map(({ origin, change }) => [origin, change]);
    expect(changed.sort()).toEqual([
      [node("first"), "removed"],
      [node("second"), "added"],
    ]);
    expect([told.added, told.removed]).toEqual([1, 1]);
  });

  test("keeps what each step rests on: explicit lineage, names, and comings and goings", async () => {
    const feeds = { lineage: { ...SIGNED, inputs: [{ namespace: "hub://x", name: "left", type: "DATASET" }] } };
    const symlinks = { ...SIGNED, identifiers: [{ namespace: "hive://x", name: "right_table", type: "TABLE" }] };
    await send([
      run(
        "2026-03-01T06:00:00Z",
        "join",
        [dataset("left"), dataset("right", { symlinks })],
        [dataset("only left", feeds), dataset("both")],
      ),
      run("2026-03-01T07:00:00Z", "reader", [{ namespace: "hive://x", name: "right_table" }], [dataset("read")]),
    ]);
    const up = (await graph({ focus: node("only left"), downstream: 0 })).nodes.map(({ id }) => id);
    expect(up).toContain(node("left"));
    expect(up).not.toContain(node("right"));
    const [from, to] = [node("right"), node("read")];
    const { paths } = await asked<LineagePaths>("lineage/paths", { from, to });
    expect(paths).toEqual([[node("right"), "job:hub://x:reader", node("read")]]);
    const dropped = { lifecycleStateChange: { ...SIGNED, lifecycleStateChange: "DROP" } };
    await send([
      {
        ...run("2026-03-05T06:00:00Z", "x", [], []),
        run: undefined,
        job: undefined,
        dataset: dataset("both", dropped),
      },
    ]);
    const detail = await asked<LineageNodeDetail>("lineage/node", { node: node("both") });
    expect(detail.node.droppedAt).toBe("2026-03-05T06:00:00.000Z");
    expect(detail.upstream).toEqual([]);
  });

  test("leads from field to field", async () => {
    const made = (field: string, from: string, source: string) => ({
      columnLineage: {
        ...SIGNED,
        fields: {
          [field]: {
            inputFields: [
              {
                namespace: "hub://x",
                name: from,
                field: source,
                transformations: [{ type: "DIRECT", description: "sum" }],
              },
            ],
          },
        },
      },
    });
    await send([
      run("2026-04-01T06:00:00Z", "one", [dataset("c1")], [dataset("c2", made("net", "c1", "amount"))]),
      run("2026-04-01T07:00:00Z", "two", [dataset("c2")], [dataset("c3", made("total", "c2", "net"))]),
    ]);
    const told = await asked<LineageColumns>("lineage/columns", { dataset: node("c3"), field: "total" });
    expect(told.fields.map(({ dataset: id, field, distance }) => [id, field, distance])).toEqual([
      [node("c3"), "total", 0],
      [node("c2"), "net", -1],
      [node("c1"), "amount", -2],
    ]);
    expect(told.edges[0]).toMatchObject({ via: "job:hub://x:two", transformation: { kind: "DIRECT", text: "sum" } });
    const early = {
      dataset: node("c3"),
      field: "total",
      effectiveAt: "2026-04-01T07:30:00Z",
      knownAt: "2026-04-02T00:00:00Z",
    };
    await asked("lineage/columns", early, 404);
    const marquez = await asked<{ graph: { id: string }[] }>("column-lineage", {
      nodeId: "datasetField:hub://x:c3:total",
    });
    expect(marquez.graph.map(({ id }) => id)).toContain("datasetField:hub://x:c1:amount");
  });
});

describe("what the estate declares", () => {
  test("is told from what is seen; what differs is drift", async () => {
    const declared = await graph({ focus: PLAN });
    expect(declared.edges.map(({ evidence }) => evidence)).toEqual(["declared", "declared"]);
    expect(declared.completeness).toMatchObject({ neverObserved: 2, undeclared: 0, complete: true });
    await send([loadEvent(`${PERIOD}-02T06:00:00Z`, "10.00", "r1")]);
    expect((await graph({ focus: PLAN })).edges.map(({ evidence }) => evidence)).toEqual(["both", "both"]);
    expect((await asked<LineageDrift>("lineage/drift", {})).drift).toEqual([]);
    const sheet = { namespace: "files://x", name: "late:fix.xlsx" };
    const later = ["03", "04"].map((day) => ({
      ...(loadEvent(`${PERIOD}-${day}T06:00:00Z`, "11.00", `r${day}`) as { inputs: object[] }),
      inputs: [sheet],
    }));
    await send(later);
    const { drift } = await asked<LineageDrift>("lineage/drift", {});
    expect(drift.map(({ kind, origin }) => [kind, origin])).toEqual([
      ["never-observed", LEDGER],
      ["undeclared", "dataset:files://x:late%3Afix.xlsx"],
    ]);
    expect((await asked<LineageDrift>("lineage/drift", { effectiveAt: `${PERIOD}-03T00:00:00Z` })).drift).toEqual([]);
  });

  test("says which deadlines rest on a load", async () => {
    const told = await asked<LineageImpact>("lineage/impact", { node: LEDGER, period: PERIOD });
    expect(told.datasets.map(({ id }) => id)).toEqual(["plan"]);
    expect(told.deadlines.map(({ milestone, entity, passed }) => [milestone, entity, passed])).toEqual([
      ["in", "DE01", true],
      ["ties", "DE01", true],
      ["closed", "DE01", true],
      ["signed", "DE01", true],
    ]);
    expect((await asked<LineageImpact>("lineage/impact", { node: LOAD, period: PERIOD })).entities).toEqual(["DE01"]);
  });
});

describe("bad input", () => {
  test("circles, steps to oneself, and a depth of a thousand are answered and bounded", async () => {
    await send([
      run("2026-05-01T06:00:00Z", "self", [dataset("snake")], [dataset("snake")]),
      run("2026-05-01T06:00:00Z", "there", [dataset("snake")], [dataset("tail")]),
      run("2026-05-01T06:00:00Z", "back", [dataset("tail")], [dataset("snake")]),
    ]);
    const told = await graph({ focus: node("snake"), upstream: 1_000, downstream: 1_000 });
    expect(told.nodes).toHaveLength(5);
    expect(told.completeness).toMatchObject({ complete: true, depth: 100 });
    const cut = await graph({ focus: node("snake"), upstream: 1, downstream: 1, limit: 2 });
    expect(cut.completeness).toMatchObject({ complete: false, truncated: true });
    expect(
      (await asked<LineagePaths>("lineage/paths", { from: node("snake"), to: node("tail"), depth: 1_000 })).paths,
    ).toHaveLength(1);
  });

  test("ten thousand inputs on one run", async () => {
    const inputs = Array.from({ length: 10_000 }, (_, at) => dataset(`wide ${at}`));
    await send([run("2026-05-02T06:00:00Z", "wide", inputs, [dataset("narrow")])]);
    const told = await graph({ focus: node("narrow"), limit: 500 });
    expect(told.nodes).toHaveLength(500);
    expect(told.completeness).toMatchObject({ complete: false, truncated: true, mostNodes: 500 });
    expect((await graph({ focus: node("narrow"), limit: 10_000 })).nodes.length).toBe(10_000);
    const impact = await asked<LineageImpact>("lineage/impact", { node: node("wide 77") });
    expect(impact.dependants.map(({ id }) => id)).toEqual(["job:hub://x:wide", node("narrow")]);
  });

  test.each([
    ["slashes and colons", "a://b:c/d"],
    ["quotes", 'with "quotes"'],
    ["a newline", "two\nlines"],
    ["percent signs", "a%3Ab"],
    ["other scripts", "ünï \u{1F30D}"],
    ["2,000 signs", "x".repeat(2_000)],
  ])("a dataset whose name has %s is found by its id and by Marquez's", async (_what, name) => {
    await send([run("2026-05-03T06:00:00Z", "odd", [dataset(name)], [dataset("odd out")])]);
    const [own] = (await graph({ focus: `dataset:hub://x:${name}` })).nodes;
    expect(own).toMatchObject({ name, namespace: "hub://x" });
    expect((await graph({ focus: own!.id })).nodes[0]?.id).toBe(own!.id);
    const path = ["hub://x", name].map(encodeURIComponent);
    const one = await server.ask(`/api/v1/namespaces/${path[0]}/datasets/${path[1]}`);
    expect(await one.json()).toMatchObject({ name, type: "DB_TABLE" });
  });

  test("producers who contradict each other are both kept, and named", async () => {
    const says = (source: string) => ({
      lineage: { ...SIGNED, inputs: [{ namespace: "hub://x", name: source, type: "DATASET" }] },
    });
    for (const [producer, source] of [
      ["https://one", "s1"],
      ["https://other", "s2"],
    ] as const) {
      await send([
        run("2026-05-04T06:00:00Z", "dispute", [dataset("s1"), dataset("s2")], [dataset("disputed", says(source))], {
          producer,
        }),
      ]);
    }
    const { completeness, nodes } = await graph({ focus: node("disputed") });
    expect(completeness.contradictory).toEqual([
      { dataset: node("disputed"), producers: ["https://one", "https://other"] },
    ]);
    expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining([node("s1"), node("s2")]));
  });

  test("what is not a node, a time or a number is refused with a reason", async () => {
    for (const query of [
      { focus: "nonsense" },
      { effectiveAt: "yesterday" },
      { limit: 0 },
      { focus: "dataset:hub://x:nowhere" },
    ] as Record<string, string>[]) {
      const status = query.focus?.startsWith("dataset:") ? 404 : 400;
      expect(await asked<{ detail: string }>("lineage/graph", query, status)).toHaveProperty("detail");
    }
  });
});

test("Marquez's questions are answered off the same graph", async () => {
  const { graph: nodes } = await asked<{
    graph: { id: string; type: string; data: { name: string }; inEdges: object[] }[];
  }>("lineage", { nodeId: PLAN, depth: 3 });
  expect(nodes.find(({ id }) => id === LOAD)).toMatchObject({
    type: "JOB",
    data: { type: "BATCH", latestRun: { state: "COMPLETED" } },
  });
  const { namespaces } = await asked<{ namespaces: { name: string }[] }>("namespaces", {});
  expect(namespaces.map(({ name }) => name)).toEqual(expect.arrayContaining(["hub://x", "anaplan://meridian"]));
  expect(await asked("jobs", { limit: 1, lastRunStates: "COMPLETED" })).toMatchObject({
    jobs: [{ latestRun: { state: "COMPLETED" } }],
  });
  expect(await asked("namespaces/hub%3A%2F%2Fx/jobs/wide/runs", {})).toMatchObject({
    totalCount: 1,
    runs: [{ state: "COMPLETED" }],
  });
  expect(await asked("search", { q: "clea_", filter: "dataset" })).toMatchObject({
    totalCount: 1,
    results: [{ nodeId: node("clean") }],
  });
  expect(await asked("events/lineage", { limit: 1, sortDirection: "asc" })).toMatchObject({
    events: [{ eventTime: "2026-01-02T08:00:00Z" }],
  });
  expect(await asked("tags", {})).toEqual({ tags: [] });
});
