import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { CollectorRow, RequestRow } from "../../schemas/wire/live.ts";
import type { QuarantineItem } from "../../schemas/wire/quarantine-item.ts";
import type { RunDetail } from "../../schemas/wire/run-detail.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { folders, writeTinyEstate } from "../tiny-estate.ts";
import { runEvent } from "./ingest/tower.ts";

const WITHIN = 180_000;
const CONNECTIONS = 8;

const { make, remove } = folders();
const data = make("data");
let estate: string;
let vendors: Server;
let server: ServerProcess;
beforeAll(async () => {
  vendors = createServer(answerAsVendors);
  await new Promise<void>((listening) => vendors.listen(0, "127.0.0.1", listening));
  estate = writeTinyEstate(make("estate"), SYSTEMS);
  server = await startOver();
}, WITHIN);
afterAll(async () => {
  await server?.kill().catch(() => {});
  vendors.closeAllConnections();
  vendors.close();
  remove();
});

/** One vendor that answers as it should, one that answers nonsense, one that never answers. */
const answerAsVendors: Parameters<typeof createServer>[1] = (request, response) => {
  if (request.url?.startsWith("/mute")) return;
  response.setHeader("Content-Type", "application/json");
  if (request.url?.startsWith("/nonsense")) return response.end("<html>Maintenance tonight</html>");
  response.end(
    request.url?.includes("/oauth/token") ? '{"access_token":"t","expires_in":3600}' : '{"d":{"results":[]}}',
  );
};

const ANAPLAN = { apiUrl: "PLAN_URL", authUrl: "PLAN_URL", user: "VENDOR_USER", password: "VENDOR_SECRET" };
const SUITE = { url: "SUITE_URL", tokenUrl: "SUITE_URL", clientId: "VENDOR_USER", clientSecret: "VENDOR_SECRET" };
const GUID = "0b7c61de-3f1a-4b8e-9a77-52d6c9e0f314";
const SYSTEMS = {
  systems: [
    {
      ...{ id: "cpi", title: "Integration Suite", kind: "middleware", collector: "sap-integration-suite" },
      ...{ namespace: "cpi://tiny", connection: SUITE, pollSeconds: 1 },
      settings: { iflows: [{ name: "OUT {entity}", dataset: "OUT" }] },
    },
    {
      ...{ id: "plan", title: "Planning", kind: "planning", collector: "anaplan", namespace: "plan://tiny" },
      ...{ connection: ANAPLAN, pollSeconds: 1 },
      settings: {
        workspaceId: "0".repeat(32),
        modelId: "0".repeat(32),
        loads: [{ process: "Load {entity}", reads: [], fills: "Actuals" }],
      },
    },
    {
      ...{ id: "bi", title: "Dashboards", kind: "bi", collector: "powerbi", namespace: "bi://tiny", pollSeconds: 1 },
      connection: { apiUrl: "BI_URL", authUrl: "BI_URL", clientId: "VENDOR_USER", clientSecret: "VENDOR_SECRET" },
      settings: { tenantId: GUID, models: [{ groupId: GUID, datasetId: GUID, name: "Close", job: "Refresh" }] },
    },
  ],
  datasets: [{ id: "actuals", title: "Actuals", system: "plan", name: "Actuals", kind: "plan", owner: "analyst" }],
  flows: [
    {
      ...{ id: "load", title: "Load", pattern: "batch", cadence: {}, latencyTier: "daily", criticality: "important" },
      ...{ freshness: { dueMinutes: 60, staleMinutes: 120 }, owner: "engineer" },
      hops: [{ dataset: "actuals", job: "Load {entity}", title: "Load", rerun: { job: "Load {entity}" } }],
    },
  ],
};

function startOver(): Promise<ServerProcess> {
  const url = `http://127.0.0.1:${(vendors.address() as AddressInfo).port}`;
  const env = {
    ...{ SUITE_URL: `${url}/suite`, PLAN_URL: `${url}/nonsense`, BI_URL: `${url}/mute` },
    ...{ VENDOR_USER: "tieout", VENDOR_SECRET: "s3cr3t-word", LOG_LEVEL: "error" },
  };
  return startServer({ sandbox: false, estate, data, env, fromNothing: true });
}

const json = async <T>(path: string, init?: RequestInit) => {
  const response = await server.ask(path, init);
  expect(response.ok, `${path} answered ${response.status}`).toBe(true);
  return (await response.json()) as T;
};
const post = <T>(path: string, body: unknown) =>
  json<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
const withKey = (key: string) =>
  fetch(`${server.url}/api/v1/quarantine`, { headers: { authorization: `Bearer ${key}` } }).then(
    ({ status }) => status,
  );

/** What each connection's run was acknowledged, by the ids it was given. */
type Acknowledged = Map<string, string[]>;

/** Sends events one after the other over each connection until the server is gone or says it stops. */
async function sendUntilGone(name: string, acknowledged: Acknowledged, answered: number[]): Promise<void> {
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, connection) => {
      const runId = `${name}-${connection}`;
      const ids: string[] = [];
      acknowledged.set(runId, ids);
      for (let n = 0; n < 200; n++) {
        const body = JSON.stringify(runEvent({ eventType: "RUNNING", run: { runId }, n }));
        const response = await server.ask("/api/v1/lineage", { method: "POST", body }).catch(() => null);
        if (!response) return;
        answered.push(response.status);
        const answer = (await response.json().catch(() => null)) as { eventId: string } | null;
        if (response.status !== 201 || !answer) return;
        ids.push(answer.eventId);
      }
    }),
  );
}

const count = (acknowledged: Acknowledged) => [...acknowledged.values()].flat().length;

/** Sends until enough is acknowledged, does something to the process meanwhile, and waits until nothing goes on. */
async function sending(name: string, meanwhile: () => Promise<unknown>) {
  const acknowledged: Acknowledged = new Map();
  const answered: number[] = [];
  const all = sendUntilGone(name, acknowledged, answered);
  while (count(acknowledged) < 200) await Promise.race([sleep(5), all.then(() => expect.unreachable("all was sent"))]);
  const outcome = await meanwhile();
  await all;
  return { acknowledged, answered, outcome };
}

async function expectAllThere(acknowledged: Acknowledged): Promise<void> {
  for (const [runId, ids] of acknowledged) {
    const { events } = await json<RunDetail>(`/api/v1/runs/${runId}`);
    const there = new Set(events.map(({ eventId }) => eventId));
    expect(ids.filter((id) => !there.has(id))).toEqual([]);
  }
}

/** The log is whole; what was read and found since is noted in it too. */
async function expectAudited(): Promise<void> {
  const verdict = await json<{ intact: boolean; entries: number }>("/api/v1/audit/verify");
  expect(verdict.intact).toBe(true);
  expect(verdict.entries).toBeGreaterThanOrEqual(before.audited);
}

const collectorRows = async () => {
  const { collectors } = await json<{ collectors: CollectorRow[] }>("/api/v1/collectors");
  return Object.fromEntries(collectors.map((row) => [row.system, row]));
};

let before: { audited: number; request: RequestRow; item: QuarantineItem; key: string; revoked: string };
let stoppedAt: Acknowledged;

test(
  "a vendor that answers nonsense degrades its own collector, in words; the others go on",
  { timeout: WITHIN },
  async () => {
    await vi.waitFor(
      async () => {
        const { cpi, plan } = await collectorRows();
        expect(cpi).toMatchObject({ state: "ok", reason: null });
        expect(plan?.state).toMatch(/degraded|down/);
        expect(plan?.errors).toBeGreaterThan(0);
      },
      { timeout: 60_000, interval: 100 },
    );
    const { cpi, plan, bi } = await collectorRows();
    expect(plan?.reason).toMatch(/Anaplan|answer|JSON/);
    expect(`${plan?.reason}${server.output()}`).not.toContain("s3cr3t-word");
    expect(bi?.state).toBe("starting");
    await vi.waitFor(
      async () => expect((await collectorRows()).cpi?.requests).toBeGreaterThan(cpi?.requests ?? 0),
      60_000,
    );
  },
);

test("a second process on the same data directory is refused, and the first goes on", { timeout: WITHIN }, async () => {
  await expect(startOver()).rejects.toThrow(`${data} is in use by another Tieout (process ${server.pid})`);
  expect((await server.ask("/readyz")).status).toBe(200);
});

test(
  "SIGTERM lets what is asked be answered and ends with 0, while events come and a vendor is silent",
  { timeout: WITHIN },
  async () => {
    const asked = { flow: "load", entity: "DE01", period: "2026-10", dataset: "actuals", reason: "Loaded too early" };
    const { request } = await post<{ request: RequestRow }>("/api/v1/requests", asked);
    await vi.waitFor(
      async () => expect(await json<RequestRow>(`/api/v1/requests/${request.id}`)).toMatchObject({ state: "failed" }),
      { timeout: 60_000, interval: 100 },
    );
    const refused = await server.ask("/api/v1/lineage", { method: "POST", body: "{oops" });
    const { quarantineId } = (await refused.json()) as { quarantineId: string };
    const made = (name: string) =>
      post<{ key: string; row: { id: string } }>("/api/v1/keys", { name, scopes: ["quarantine:read"] });
    const [kept, ended] = [await made("kept"), await made("ended")];
    await server.ask(`/api/v1/keys/${ended.row.id}`, { method: "DELETE" });
    before = {
      audited: (await json<{ entries: number }>("/api/v1/audit/verify")).entries,
      request: await json(`/api/v1/requests/${request.id}`),
      item: await json(`/api/v1/quarantine/${quarantineId}`),
      ...{ key: kept.key, revoked: ended.key },
    };

    const { acknowledged, answered, outcome } = await sending("stop", () => server.stop());
    expect(outcome, server.output()).toBe(0);
    expect(answered.filter((status) => status !== 201 && status !== 503)).toEqual([]);
    expect(server.output()).not.toMatch(/"level":(50|60)|^\s+at /m);
    stoppedAt = acknowledged;
  },
);

test("started again over the same data, everything is there", { timeout: WITHIN }, async () => {
  server = await startOver();
  await expectAllThere(stoppedAt);
  expect(await json(`/api/v1/requests/${before.request.id}`)).toEqual(before.request);
  expect(await json(`/api/v1/quarantine/${before.item.id}`)).toEqual(before.item);
  expect(await withKey(before.key)).toBe(200);
  expect(await withKey(before.revoked)).toBe(401);
  await expectAudited();
});

test("after kill -9 in the middle of ingest every acknowledged event is there", { timeout: WITHIN }, async () => {
  const { acknowledged } = await sending("kill", () => server.kill());
  // Meanwhile the dead process's id was given to another.
  writeFileSync(join(data, "lock"), `${process.pid} 1`);
  server = await startOver();
  await expectAllThere(acknowledged);
  await expectAllThere(stoppedAt);
  await expectAudited();
  expect(await server.stop(), server.output()).toBe(0);
});
