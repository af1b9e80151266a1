import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LineageGraph } from "../../schemas/wire/lineage.ts";
import { MarquezDatasetVersion, MarquezJobVersion } from "../../server/marquez/shapes.ts";
import { writePushedEstate } from "../pushed-estate.ts";
import { startServer, type ServerProcess } from "../server-process.ts";

const SIGNED = { _producer: "https://example.com/etl", _schemaURL: "https://example.com/facet.json" };
const dataset = (name: string, facets: object = {}) => ({ namespace: "hub://x", name, facets });
const node = (name: string) => `dataset:hub://x:${name}`;

let server: ServerProcess;
let estate: ReturnType<typeof writePushedEstate>;

beforeAll(async () => {
  estate = writePushedEstate();
  server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
}, 180_000);
afterAll(async () => {
  await server.stop();
  await rm(estate.directory, { recursive: true, force: true });
});

/** A completed run of a job of the hub. */
function run(at: string, job: string, inputs: object[], outputs: object[], { facets = {} }: { facets?: object } = {}) {
  return {
    ...{ eventTime: at, eventType: "COMPLETE", producer: SIGNED._producer },
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    run: { runId: `${job}-${at}`, facets },
    job: { namespace: "hub://x", name: job },
    ...{ inputs, outputs },
  };
}

async function send(events: object[]): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await server.ask("/api/v1/lineage/batch", { method: "POST", headers, body: JSON.stringify(events) });
  expect(answer.status, await answer.text()).toBe(204);
}

async function asked<T>(what: string, query: Record<string, string | number>, status = 200): Promise<T> {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const answer = await server.ask(`/api/v1/${what}?${text}`);
  expect(answer.status, `${what} ${text.toString()}`).toBe(status);
  return (await answer.json()) as T;
}
const graph = (query: Record<string, string | number>) => asked<LineageGraph>("lineage/graph", query);
const idsOf = ({ nodes }: { nodes: { id: string }[] }) => nodes.map(({ id }) => id).sort();

describe("runs as evidence", () => {
  const parent = { parent: { ...SIGNED, run: { runId: "night-1" }, job: { namespace: "hub://x", name: "night" } } };
  const fields = (name: string) => ({ schema: { ...SIGNED, fields: [{ name, type: "DECIMAL" }] } });

  test("stand beside the jobs shown, as do the jobs those are part of", async () => {
    await send([
      run("2026-07-01T07:00:00Z", "chain", [dataset("v1")], [dataset("v2", fields("net"))], { facets: parent }),
      run("2026-07-02T07:00:00Z", "chain", [dataset("v1")], [dataset("v2", fields("net"))], { facets: parent }),
      run("2026-07-03T07:00:00Z", "chain", [dataset("v1"), dataset("v0")], [dataset("v2", fields("gross"))]),
    ]);
    const plain = await graph({ focus: node("v2") });
    expect([plain.runs, plain.parents]).toEqual([[], []]);
    const told = await graph({ focus: node("v2"), runs: 2, parents: "true" });
    expect(told.parents).toMatchObject([{ parent: "job:hub://x:night", child: "job:hub://x:chain" }]);
    expect(idsOf(told)).toEqual([...idsOf(plain), "job:hub://x:night"].sort());
    const chain = told.runs.filter(({ job }) => job.endsWith(":chain"));
    expect(chain).toMatchObject([
      { runId: "chain-2026-07-03T07:00:00Z", state: "COMPLETED", reads: ["v0", "v1"].map(node), writes: [node("v2")] },
      { runId: "chain-2026-07-02T07:00:00Z", parentRunId: "night-1", reads: [node("v1")] },
    ]);
    const before = await graph({ focus: node("v2"), runs: 5, effectiveAt: "2026-07-01T12:00:00Z" });
    expect(before.runs.map(({ runId }) => runId)).toEqual(["chain-2026-07-01T07:00:00Z"]);
    await asked("lineage/graph", { runs: 21 }, 400);
  });

  test("are versions of datasets, and make versions of jobs, in Marquez's shape", async () => {
    const [hub, page] = ["namespaces/hub%3A%2F%2Fx", { limit: 2 }];
    const datasets = await asked<{ versions: MarquezDatasetVersion[] }>(`${hub}/datasets/v2/versions`, page);
    expect(datasets).toMatchObject({
      totalCount: 3,
      versions: [
        { version: "chain-2026-07-03T07:00:00Z", fields: [{ name: "gross" }], createdByRun: { state: "COMPLETED" } },
        { version: "chain-2026-07-02T07:00:00Z", fields: [{ name: "net", type: "DECIMAL" }] },
      ],
    });
    const [last] = datasets.versions;
    expect(MarquezDatasetVersion.parse(last)).toEqual(last);
    expect(await asked(`${hub}/datasets/v2/versions/${encodeURIComponent(last!.version)}`, {})).toEqual(last);
    await asked(`${hub}/datasets/v2/versions/nothing`, {}, 404);

    const jobs = await asked<{ versions: MarquezJobVersion[] }>(`${hub}/jobs/chain/versions`, {});
    const named = (name: string) => ({ namespace: "hub://x", name });
    expect(jobs).toMatchObject({
      totalCount: 2,
      versions: [
        { inputs: [named("v0"), named("v1")], createdAt: "2026-07-03T07:00:00.000Z" },
        { inputs: [named("v1")], outputs: [named("v2")], latestRun: { id: "chain-2026-07-02T07:00:00Z" } },
      ],
    });
    const [own] = jobs.versions;
    expect(MarquezJobVersion.parse(own)).toEqual(own);
    expect(own!.latestRun!.jobVersion).toEqual(own!.id);
    expect(await asked(`${hub}/jobs/chain/versions/${own!.version}`, {})).toEqual(own);
    await asked(`${hub}/jobs/nowhere/versions`, {}, 404);
  });
});
