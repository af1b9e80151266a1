import { afterAll, beforeAll, expect, test } from "vitest";
import { RunDetail } from "../../../schemas/wire/run-detail.ts";
import type { Actor } from "../../../server/context.ts";
import { runDetail } from "../../../server/facts/run-detail.ts";
import { openEmptyClickHouse, type OpenedClickHouse } from "../../clickhouse.ts";
import { openTower, runEvent } from "./tower.ts";

let opened: OpenedClickHouse;
let tower: ReturnType<typeof openTower>;

const signed = { _producer: "p", _schemaURL: "s" };
const tieout_correlation = { ...signed, correlationId: "GLA-1" };
const load = { namespace: "anaplan://m", name: "Load Actuals DE01" };
const figures = {
  tieout_position: { ...signed, positions: [{ entity: "DE01", period: "2026-10" }] },
  tieout_controlTotals: {
    ...signed,
    asOf: "2026-11-04T13:25:00.000Z",
    totals: [{ entity: "DE01", period: "2026-10", currency: "EUR", measure: "net", value: "-22231.55" }],
  },
};

beforeAll(async () => {
  opened = await openEmptyClickHouse("embedded");
  tower = openTower(opened.clickhouse);
  const outputs = [{ namespace: "cpi://m", name: "OUT", facets: figures }];
  const jobDependencies = { ...signed, downstream: [{ job: load, run: { runId: "load-1" } }] };
  const send = (event: object) => tower.post("/api/v1/lineage", JSON.stringify(event));
  await send(runEvent({ run: { runId: "out-1", facets: { tieout_correlation, jobDependencies } }, outputs }));
  const done = { eventType: "COMPLETE", eventTime: "2026-11-04T13:25:00.000Z", outputs };
  await send(runEvent({ ...done, run: { runId: "out-1", facets: { nominalTime: { ...signed, x: 1 } } } }));
  await send(runEvent({ run: { runId: "load-1" }, job: load }));
  await send(
    runEvent({
      run: { runId: "out-1" },
      job: { namespace: "elsewhere", name: "j" },
      eventTime: "2020-01-01T00:00:00Z",
    }),
  );
});
afterAll(() => opened.close());

const asked = (id: string, actor: Partial<Actor> = {}) =>
  runDetail({ clickhouse: opened.clickhouse, facts: tower.facts }, { ...tower.actor, ...actor }, id);

test("a run is told with its events, facets, figures and what it belongs to", async () => {
  const response = await tower.app.request("/api/v1/runs/out-1");
  expect(response.status).toBe(200);
  const detail = RunDetail.parse(await response.json());
  expect(detail.run).toMatchObject({ state: "COMPLETED", correlationId: "GLA-1", jobNamespace: "cpi://meridian-prd" });
  expect(detail.alsoCalledSo).toEqual([{ jobNamespace: "elsewhere", jobName: "j" }]);
  expect(detail.outputs).toEqual([{ namespace: "cpi://m", name: "OUT" }]);
  expect(Object.keys(detail.facets.run).sort()).toEqual(["jobDependencies", "nominalTime", "tieout_correlation"]);
  expect(detail.events.map(({ eventType }) => eventType)).toEqual(["COMPLETE", "START"]);
  expect(JSON.parse(detail.events[1]?.raw ?? "")).toMatchObject({ run: { runId: "out-1" } });
  expect(detail.related).toMatchObject([
    { correlationId: "GLA-1", how: "linked", runId: "load-1", run: { state: "RUNNING" } },
  ]);
  expect(detail.totals.map(({ value }) => value)).toEqual(["-22231.55", "-22231.55"]);
  expect(tower.read, "who reads events as they came is noted").toEqual(["run:out-1"]);
});

test("raw texts are for those who may see them", async () => {
  const detail = await asked("out-1", { scopes: ["run:read"] });
  expect(detail.events.map(({ raw }) => raw)).toEqual([null, null]);
  expect(tower.read).toEqual(["run:out-1"]);
});

test("a run of entities out of scope is not there", async () => {
  expect((await asked("out-1", { entities: ["DE01"] })).totals).toHaveLength(2);
  await expect(asked("out-1", { entities: ["FR01"] })).rejects.toMatchObject({ code: "not-found" });
  await expect(asked("never-heard-of")).rejects.toMatchObject({ code: "not-found" });
});
