import { createHmac } from "node:crypto";
import { Hono } from "hono";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fivetran } from "../../../collectors/fivetran/index.ts";
import { createCollecting } from "../../../server/collect/collect.ts";
import { openSources } from "../../../server/collect/open-sources.ts";
import { problem } from "../../../server/problem.ts";
import { vendorWebhookRoutes } from "../../../server/routes/vendor-webhooks.ts";
import { openEmptyClickHouse, select, type OpenedClickHouse } from "../../clickhouse.ts";
import { NOW, openTower, runEvent, WEBHOOK_SECRET } from "./tower.ts";

const PATH = "/api/v1/webhooks/payroll";
let opened: OpenedClickHouse;
let tower: ReturnType<typeof openTower>;
beforeAll(async () => {
  opened = await openEmptyClickHouse("embedded");
  tower = openTower(opened.clickhouse);
});
afterAll(() => opened.close());

/** Headers a sender signs with; `over` goes wrong somewhere. */
function signed(body: string, over: { at?: number; secret?: string; signature?: string } = {}): Record<string, string> {
  const timestamp = String(Math.floor(Date.parse(NOW) / 1000) + (over.at ?? 0));
  const key = Buffer.from(over.secret ?? WEBHOOK_SECRET, "base64");
  const signature = createHmac("sha256", key).update(`msg_1.${timestamp}.${body}`).digest("base64");
  return {
    ...{ "webhook-id": "msg_1", "webhook-timestamp": timestamp },
    "webhook-signature": over.signature ?? `v1,${Buffer.alloc(32).toString("base64")} v1,${signature}`,
  };
}

test("a signed event is stored whole under its sender's name, and once however often it is sent", async () => {
  const body = JSON.stringify(runEvent());
  const answers = await Promise.all([tower.post(PATH, body, signed(body)), tower.post(PATH, body, signed(body))]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { eventId: string }).eventId));
  expect(new Set(ids).size).toBe(1);
  expect(await select(opened.clickhouse, `SELECT raw, source FROM events FINAL WHERE event_id = '${ids[0]}'`)).toEqual([
    { raw: body, source: "webhook:payroll" },
  ]);
});

test("a CloudEvent is taken in structured and in batched mode", async () => {
  const event = { specversion: "1.0", id: "w-1", source: "/payroll", type: "run", data: runEvent() };
  for (const [type, body] of [
    ["application/cloudevents+json", JSON.stringify(event)],
    ["application/cloudevents-batch+json", JSON.stringify([event])],
  ] as const) {
    const answer = await tower.post(PATH, body, { ...signed(body), "Content-Type": type });
    expect(answer.status).toBeLessThan(300);
  }
});

test.each([
  ["nothing signed", () => ({}), /webhook-id/],
  [
    "another secret",
    (body: string) => signed(body, { secret: Buffer.alloc(24, 8).toString("base64") }),
    /No signature/,
  ],
  ["another body", () => signed("{}"), /No signature/],
  ["an old signature", (body: string) => signed(body, { at: -301 }), /5 minutes away/],
  ["half a signature", (body: string) => signed(body, { signature: "v1,AAAA" }), /No signature/],
])("%s is refused, and nothing is kept", async (_, headers, detail) => {
  const body = JSON.stringify(runEvent());
  const before = await select(opened.clickhouse, "SELECT count() AS n FROM quarantine");
  const answer = await tower.post(PATH, body, headers(body));
  expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
    401,
    expect.stringMatching(detail),
  ]);
  expect(await select(opened.clickhouse, "SELECT count() AS n FROM quarantine")).toEqual(before);
});

test("a sender nobody named is not found, by its events or its handshake", async () => {
  const body = JSON.stringify(runEvent());
  expect((await tower.post("/api/v1/webhooks/nobody", body, signed(body))).status).toBe(404);
  const handshake = await tower.app.request("/api/v1/webhooks/nobody", { method: "OPTIONS" });
  expect(handshake.status).toBe(404);
});

test("the handshake welcomes who asks, at the rate it asks for", async () => {
  const headers = { "WebHook-Request-Origin": "events.example.com", "WebHook-Request-Rate": "120" };
  const answer = await tower.app.request(PATH, { method: "OPTIONS", headers });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "webhook-allowed-origin": "events.example.com",
    "webhook-allowed-rate": "120",
    allow: "POST",
  });
  expect((await tower.app.request(PATH, { method: "OPTIONS" })).status).toBe(400);
});

/** A tower's door for webhooks of vendors, before one Fivetran account and one whose webhooks are not signed. */
function vendorDoor() {
  const log = pino({ level: "silent" });
  const { clock, metrics, ingest } = tower;
  const system = (id: string) => ({
    ...{
      id,
      title: id,
      kind: "middleware" as const,
      collector: "fivetran",
      namespace: `fivetran://${id}`,
      pollSeconds: 60,
    },
    ...{ connection: {}, settings: { connections: [{ name: "ledger", dataset: "ledger" }] } },
  });
  const connection = { apiUrl: "https://api.fivetran.example/v1", apiKey: "k", apiSecret: "s" };
  const collecting = createCollecting(
    openSources({
      ...{ systems: [system("signed"), system("unsigned")], collectors: [fivetran as never], environment: {} },
      connections: { signed: { ...connection, webhookSecret: "hush" }, unsigned: connection },
      ...{ clock, log, metrics },
    }),
    {
      ...{ clock, log, metrics, changed: () => {}, accept: async () => {}, acceptTexts: async () => {} },
      cursors: { load: async () => null, save: async () => {} },
    },
  );
  const hurried: string[] = [];
  const hurry = (id: string) => void hurried.push(id);
  const routes = vendorWebhookRoutes({ collecting: { isCall: collecting.isCall, hurry }, ingest });
  routes.onError((error, c) => problem(c, error, log));
  const app = new Hono().route("/", routes);
  return {
    hurried,
    post: (id: string, body: string, headers: Record<string, string> = {}) =>
      app.request(`/api/v1/collectors/${id}/webhook`, { method: "POST", body, headers }),
  };
}

test("a vendor's webhook is believed by its signature alone, and then its system is read", async () => {
  const { post, hurried } = vendorDoor();
  const body = '{"event":"sync_end","connector_id":"speak_inexpensive","data":{"status":"SUCCESSFUL"}}';
  const signature = createHmac("sha256", "hush").update(body).digest("hex").toUpperCase();
  const headers = { "X-Fivetran-Signature-256": signature };
  const answers = [
    await post("signed", body, headers),
    await post("signed", `${body} `, headers),
    await post("signed", body),
    await post("unsigned", body, headers),
    await post("nobody", body, headers),
    await post("signed", "x".repeat(300 * 1024), headers),
  ];
  expect(answers.map(({ status }) => status)).toEqual([202, 401, 401, 401, 404, 413]);
  expect(hurried).toEqual(["signed"]);
});
