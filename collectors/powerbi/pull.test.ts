import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { AddressInfo } from "node:net";
import pino from "pino";
import { afterEach, expect, test } from "vitest";
import type { Connected } from "../collector.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { powerbi } from "./index.ts";
import { PowerbiSettings } from "./settings.ts";
import type { PowerbiCursor } from "./pull.ts";
import type { Refresh } from "./vendor.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

const settings = PowerbiSettings.parse({
  tenantId: "4d1f0c2e-9a55-4c0e-8f43-7a1e5b0d2c66",
  models: [
    {
      groupId: "0b7c61de-3f1a-4b8e-9a77-52d6c9e0f314",
      datasetId: "7e2d9c40-5b16-4f0a-8c3d-1f94a6b2e785",
      name: "Group close dashboard",
      job: "Refresh Group close dashboard",
      totals: {},
    },
  ],
});

/** A tenant whose history and answers to queries the test writes. */
async function tenant() {
  const state = {
    history: [] as Refresh[],
    queries: { status: 200, body: { results: [{ tables: [{ rows: [] }] }] } as object },
    now: "2026-11-03T12:00:00Z",
    /** What the model answers to the nth question, in place of `queries`. */
    model: null as ((dax: string, nth: number) => object[]) | null,
    asked: 0,
  };
  const app = new Hono();
  app.post("/:tenant/oauth2/v2.0/token", (c) => c.json({ access_token: "t", expires_in: 3599 }));
  app.get("/groups/:g/datasets/:d/refreshes", (c) => c.json({ value: state.history }));
  app.get("/groups/:g/datasets/:d/refreshes/:r", (c) => c.json({ extendedStatus: "Cancelled" }));
  app.post("/groups/:g/datasets/:d/executeQueries", async (c) => {
    if (!state.model) return c.json(state.queries.body, state.queries.status as 200);
    const { queries } = await c.req.json<{ queries: { query: string }[] }>();
    const rows = state.model(queries[0]!.query, state.asked++);
    return c.json({ results: [{ tables: [{ rows }] }] });
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  closers.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = { apiUrl: url, authUrl: url, clientId: "id", clientSecret: "secret" };
  const tools = { clock: { now: () => new Date(state.now) }, fetch, log: pino({ level: "silent" }), counted: () => {} };
  const connected = powerbi.open({ id: "powerbi", namespace: "powerbi://m", settings, connection }, tools);
  return { state, connected: connected as Connected<PowerbiCursor> };
}

function refresh(hour: number, more: Partial<Refresh> = {}): Refresh {
  const at = new Date(Date.parse("2026-10-25T00:00:00Z") + hour * 3_600_000).toISOString();
  return {
    requestId: `00000000-0000-4000-a000-${String(hour).padStart(12, "0")}`,
    refreshType: "Scheduled",
    startTime: at,
    endTime: at,
    status: "Completed",
    ...more,
  };
}
const types = (events: readonly object[]) => (events as RunEvent[]).map(({ eventType }) => eventType);

test("a refresh whose end was told is told again when the vendor corrects it", async () => {
  const { state, connected } = await tenant();
  state.history = [refresh(1, { status: "Failed" })];
  const first = await connected.pull(null);
  expect(types(first.events)).toEqual(["START", "FAIL"]);
  expect((await connected.pull(first.cursor)).events).toEqual([]);
  state.history = [refresh(1)];
  const corrected = await connected.pull(first.cursor);
  expect(types(corrected.events)).toEqual(["COMPLETE"]);
});

test("a refresh that starts over after its end is open again", async () => {
  const { state, connected } = await tenant();
  state.history = [refresh(1, { status: "Failed" })];
  const { cursor } = await connected.pull(null);
  state.history = [refresh(1, { status: "Unknown", endTime: undefined })];
  const again = await connected.pull(cursor);
  expect(types(again.events)).toEqual(["RUNNING"]);
  expect(again.openRuns).toBe(1);
});

test("what left the history unread is told once; a quiet week is no gap", async () => {
  const { state, connected } = await tenant();
  state.history = [refresh(1)];
  const { cursor } = await connected.pull(null);
  state.history = [refresh(100)];
  expect(types((await connected.pull(cursor)).events)).toEqual(["START", "COMPLETE"]);
  state.history = Array.from({ length: 60 }, (_, index) => refresh(200 - index));
  const after = await connected.pull(cursor);
  const gaps = (after.events as RunEvent[]).filter(
    (event) => event.job?.name === "Refreshes (Refresh Group close dashboard)",
  );
  expect(gaps).toHaveLength(1);
  expect(gaps[0]?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ message: expect.stringContaining("2026-10-25T01:00:00.000Z and 2026-10-30T21:00:00.000Z") }],
  });
  expect((await connected.pull(after.cursor)).events).toEqual([]);
});

test.each([
  [
    "an error inside a 200",
    200,
    { results: [{ error: { code: "RowLimit", message: "More than 100000 rows" } }] },
    /More than 100000 rows/,
  ],
  ["a switched-off tenant setting", 403, { error: { code: "Disabled" } }, /answered 403/],
])("a model that refuses its question does not hide its refreshes: %s", async (_, status, body, message) => {
  const { state, connected } = await tenant();
  state.history = [refresh(1)];
  state.queries = { status, body };
  const { events } = await connected.pull(null);
  expect(types(events)).toEqual(["START", "COMPLETE"]);
  expect((events[1] as RunEvent).run.facets).toMatchObject({
    tieout_outcome: { qualifier: "warning" },
    tieout_exceptions: { exceptions: [{ message: expect.stringMatching(message) }] },
  });
});

test("a model that cannot be reached is asked again, before the refresh is told", async () => {
  const { state, connected } = await tenant();
  state.history = [refresh(1)];
  state.queries = { status: 503, body: {} };
  await expect(connected.pull(null)).rejects.toMatchObject({ code: "unreachable" });
});

test.each([
  ["once while the model is read, is read whole after it", 1, "1", "200"],
  ["with every question, leaves the figures to the next one", 99, null, null],
])("a refresh that lands %s", async (_, landings, batch, debit) => {
  const { state, connected } = await tenant();
  state.history = [refresh(1)];
  state.model = (dax, nth) => {
    // A refresh lands between every two questions, as often as it is said to.
    const landed = Math.min(nth, landings);
    if (dax.includes("SELECTCOLUMNS"))
      return [
        {
          "[Entity]": "DE01",
          "[Period]": "2026-10",
          "[BatchId]": String(landed),
          "[SnapshotAsOf]": `2026-10-25T0${landed % 10}:00:00`,
        },
      ];
    const sums = { "[Count]": 2, "[Debit]": 100 + 100 * landed, "[Credit]": 0 };
    return [{ "FactGL[Entity]": "DE01", "FactGL[Period]": "2026-10", "FactGL[Currency]": "EUR", ...sums }];
  };
  const { events } = await connected.pull(null);
  const facets = (events as RunEvent[]).at(-1)?.outputs?.[0]?.facets as
    | Record<string, { totals?: object[] }>
    | undefined;
  const totals = facets?.tieout_controlTotals?.totals ?? [];
  if (batch === null) expect(totals).toEqual([]);
  else expect(totals).toContainEqual(expect.objectContaining({ measure: "debit", value: debit, correlationId: batch }));
});
