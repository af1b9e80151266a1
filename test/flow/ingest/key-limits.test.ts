import { afterAll, beforeAll, expect, test } from "vitest";
import { CLICKHOUSE_FORMS, openEmptyClickHouse, select, type OpenedClickHouse } from "../../clickhouse.ts";
import { openTower, runEvent } from "./tower.ts";

const OURS = "cpi://meridian-prd";
const THEIRS = "s4://meridian-prd";

let opened: OpenedClickHouse;
let tower: ReturnType<typeof openTower>;

beforeAll(async () => {
  opened = await openEmptyClickHouse(CLICKHOUSE_FORMS[0]!);
  tower = openTower(opened.clickhouse);
  Object.assign(tower.actor, { name: "cpi", entities: ["DE01"], namespaces: [OURS, "dbt/*"] });
}, 120_000);
afterAll(() => opened.close());

const position = (entity: string) => ({
  positions: [
    { entity, ledger: "0L", period: "2026-10", version: "actual", completeThrough: "2026-11-04T13:00:00.000Z" },
  ],
});
const totals = (entity: string) => ({
  asOf: "2026-11-04T13:00:00.000Z",
  totals: [
    {
      ...{ period: "2026-10", entity, ledger: "0L", version: "actual", account: "" },
      currency: "EUR",
      measure: "net",
      value: "1.00",
    },
  ],
});
const filled = (namespace: string, outputFacets: Record<string, unknown> = {}) => [
  { namespace, name: "GL_ACTUALS_OUT", facets: {}, outputFacets },
];
const dataset = (namespace: string) => ({
  eventTime: "2026-11-04T13:20:00.000Z",
  producer: "https://example.com/loader",
  schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
  dataset: { namespace, name: "ACDOCA" },
});

test.each<[string, unknown]>([
  ["its own namespace", runEvent()],
  ["what fills its own from what others hold", runEvent({ inputs: filled(THEIRS), outputs: filled(OURS) })],
  [
    "figures of its entity",
    runEvent({ outputs: filled(OURS, { tieout_position: position("DE01"), tieout_controlTotals: totals("DE01") }) }),
  ],
  ["a namespace up to the star", runEvent({ job: { namespace: "dbt/prod", name: "models" } })],
])("a limited key sends %s", async (_what, event) => {
  expect((await tower.post("/api/v1/lineage", JSON.stringify(event))).status).toBe(201);
});

test.each<[string, string, unknown]>([
  ["another's job", THEIRS, runEvent({ job: { namespace: THEIRS, name: "FI_GL_ACTUALS_EXTRACT" } })],
  [
    "a namespace that only begins like its own",
    `${OURS}-copy`,
    runEvent({ job: { namespace: `${OURS}-copy`, name: "x" } }),
  ],
  ["what fills another's dataset", THEIRS, runEvent({ outputs: filled(THEIRS) })],
  ["another's dataset itself", THEIRS, dataset(THEIRS)],
  [
    "another's dataset in the words of lineage",
    THEIRS,
    runEvent({
      job: {
        ...{ namespace: OURS, name: "GL_ACTUALS_OUT DE01" },
        facets: { lineage: { entries: [{ type: "DATASET", namespace: THEIRS, name: "ACDOCA", inputs: [] }] } },
      },
    }),
  ],
  ["another entity's position", "FR01", runEvent({ outputs: filled(OURS, { tieout_position: position("FR01") }) })],
  ["another entity's totals", "FR01", runEvent({ outputs: filled(OURS, { tieout_controlTotals: totals("FR01") }) })],
  [
    "another entity's exceptions",
    "FR01",
    runEvent({
      run: {
        runId: "0190c1d2-0000-7000-8000-000000000009",
        facets: {
          tieout_exceptions: {
            exceptions: [{ code: "unmapped-member", class: "business", message: "m", entity: "FR01" }],
          },
        },
      },
    }),
  ],
])("it does not send %s: 403 with what it may, and kept whole", async (_what, named, event) => {
  const text = JSON.stringify(event);
  const response = await tower.post("/api/v1/lineage", text);
  const problem = (await response.json()) as { detail: string; quarantineId: string };
  expect([response.status, problem]).toMatchObject([403, { code: "not-permitted" }]);
  expect(problem.detail).toContain(`The key “cpi” may not send`);
  expect(problem.detail).toContain(named);
  const [kept] = await select(
    opened.clickhouse,
    `SELECT body FROM quarantine FINAL WHERE id = '${problem.quarantineId}'`,
  );
  expect(kept).toEqual({ body: text });
  const [events] = await select(
    opened.clickhouse,
    `SELECT count() AS n FROM events WHERE raw = '${text.replaceAll("'", "''")}'`,
  );
  expect(Number((events as { n: string | number }).n)).toBe(0);
});

test("of a batch the rest is taken, and what is not its own is named and can be taken in by whoever may", async () => {
  const run = (runId: string, namespace: string) => runEvent({ run: { runId }, job: { namespace, name: "batch" } });
  const mine = run("0190c1d2-0000-7000-8000-000000000021", OURS);
  const other = run("0190c1d2-0000-7000-8000-000000000022", THEIRS);
  const answer = await tower.post("/api/v1/lineage/batch", JSON.stringify([mine, other]));
  const { summary, failed_events: failed } = (await answer.json()) as {
    summary: { successful: number; failed: number };
    failed_events: { index: number; quarantineId: string }[];
  };
  expect([summary, failed]).toMatchObject([{ successful: 1, failed: 1 }, [{ index: 1 }]]);
  const path = `/api/v1/quarantine/${failed[0]!.quarantineId}/resubmit`;
  const again = JSON.stringify({ text: JSON.stringify(other), reason: "The key was meant for both" });
  expect((await tower.post(path, again)).status).toBe(403);
  const { namespaces: _, ...limits } = tower.actor;
  Object.assign(tower.actor, { name: "engineer", entities: "all", namespaces: undefined });
  expect((await tower.post(path, again)).status).toBe(201);
  Object.assign(tower.actor, limits, { namespaces: [OURS, "dbt/*"] });
});
