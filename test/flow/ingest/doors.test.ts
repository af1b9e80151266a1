import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLICKHOUSE_FORMS, openEmptyClickHouse, select, type OpenedClickHouse } from "../../clickhouse.ts";
import { openTower, runEvent } from "./tower.ts";

interface Problem {
  status: number;
  code: string;
  detail: string;
  pointer?: string;
  quarantineId?: string;
}

describe.each(CLICKHOUSE_FORMS)("on the %s engine", (form) => {
  let opened: OpenedClickHouse;
  let tower: ReturnType<typeof openTower>;
  beforeAll(async () => {
    opened = await openEmptyClickHouse(form);
    tower = openTower(opened.clickhouse);
  });
  afterAll(() => opened.close());

  const quarantined = async (id: string | undefined) =>
    (await select(opened.clickhouse, `SELECT body, form, source FROM quarantine FINAL WHERE id = '${id}'`))[0];

  test("one event is answered 201 once it is stored whole", async () => {
    const text = JSON.stringify(runEvent(), null, 2);
    const response = await tower.post("/api/v1/lineage", text);
    expect(response.status).toBe(201);
    const { eventId } = (await response.json()) as { eventId: string };
    const [stored] = await select(opened.clickhouse, `SELECT raw, source FROM events WHERE event_id = '${eventId}'`);
    expect(stored).toEqual({ raw: text, source: "key:airflow" });
  });

  test("gzip is read", async () => {
    const body = gzipSync(JSON.stringify(runEvent()));
    const response = await tower.post("/api/v1/lineage", body, { "Content-Encoding": "gzip" });
    expect(response.status).toBe(201);
  });

  describe("bad input is answered with what was wrong, and kept", () => {
    test.each<[string, string, number, string, string]>([
      ["not JSON", "{oops}", 400, "Not JSON", ""],
      ["nothing", "", 400, "The input is empty.", ""],
      ["an array where one event is expected", "[]", 400, "got an array", ""],
      ["no event", JSON.stringify({ eventTime: "2026-11-04T13:20:00Z" }), 422, "there is none of them", ""],
      ["a run without its id", JSON.stringify(runEvent({ run: {} })), 422, "Expected run.runId", "/run/runId"],
      ["deep nesting", `{"a":${"[".repeat(300)}${"]".repeat(300)}}`, 422, "nests 301 levels deep", ""],
    ])("%s", async (_what, body, status, detail, pointer) => {
      const response = await tower.post("/api/v1/lineage", body);
      const problem = (await response.json()) as Problem;
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(problem).toMatchObject({ status, pointer });
      expect(problem.detail).toContain(detail);
      expect(await quarantined(problem.quarantineId)).toEqual({ body, form: "event", source: "key:airflow" });
    });

    test("bytes that are no text", async () => {
      const body = new Uint8Array([0xff, 0xfe, 0x00, 0x7b]);
      const response = await tower.post("/api/v1/lineage", body);
      const problem = (await response.json()) as Problem;
      expect(problem).toMatchObject({ status: 400, detail: expect.stringContaining("not text in UTF-8") as string });
      expect(await quarantined(problem.quarantineId)).toMatchObject({
        ...{ body: Buffer.from(body).toString("base64"), form: "bytes" },
      });
    });
  });

  describe("too much is refused", () => {
    test("a large body", async () => {
      expect((await tower.post("/api/v1/lineage", "x".repeat(2 * 1024 * 1024))).status).toBe(413);
    });
    test("a large body that does not say its length", async () => {
      const chunks = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(512 * 1024)),
      });
      const request = new Request("http://x/api/v1/lineage", {
        method: "POST",
        body: chunks,
        duplex: "half",
      } as RequestInit);
      expect((await tower.app.request(request)).status).toBe(413);
    });
    test("a small body that inflates to a large one", async () => {
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const response = await tower.post("/api/v1/lineage", bomb, { "Content-Encoding": "gzip" });
      expect(response.status).toBe(413);
    });
    test("an encoding nobody asked for", async () => {
      expect((await tower.post("/api/v1/lineage", "{}", { "Content-Encoding": "br" })).status).toBe(415);
    });
    test("more than may wait, with when to come again; what was let in is stored", async () => {
      const busy = openTower(opened.clickhouse, { room: { bytes: 3000 } });
      const bodies = Array.from({ length: 20 }, (_, index) =>
        JSON.stringify(runEvent({ run: { runId: `busy-${index}` } })),
      );
      const responses = await Promise.all(bodies.map((body) => busy.post("/api/v1/lineage", body)));
      const shed = responses.filter(({ status }) => status === 503);
      expect(shed.length).toBeGreaterThan(0);
      expect(shed[0]?.headers.get("retry-after")).toMatch(/^\d+$/);
      const runs = await select(opened.clickhouse, "SELECT run_id FROM runs FINAL WHERE startsWith(run_id, 'busy-')");
      expect(runs.length).toBe(responses.filter(({ status }) => status === 201).length);
      expect((await busy.post("/api/v1/lineage", bodies[0] ?? "")).status).toBe(201);
    });
  });

  describe("a sender over its quota", () => {
    const quota = { id: "q", eventsPerSecond: 0.01, burstSeconds: 100 } as const;
    const send = async (at: ReturnType<typeof openTower>, events: object[]) => {
      const answer = await at.post("/api/v1/lineage/batch", JSON.stringify(events));
      return {
        status: answer.status,
        retryAfter: Number(answer.headers.get("retry-after")),
        text: await answer.text(),
      };
    };

    test("by key is answered 429 and told when to come again, before its body is read", async () => {
      const limited = openTower(opened.clickhouse, { quotas: [{ ...quota, of: "key" }] });
      expect(await send(limited, [runEvent(), runEvent()])).toMatchObject({ status: 204 });
      const refused = await send(limited, [runEvent()]);
      expect(refused).toMatchObject({ status: 429, text: expect.stringContaining("airflow") as string });
      expect(refused.retryAfter).toBeGreaterThan(100);
    });

    test("by producer keeps nothing of the request", async () => {
      const quotas = [{ ...quota, of: "producer" as const, name: "https://noisy.example" }];
      const limited = openTower(opened.clickhouse, { quotas });
      const noisy = (runId: string) => runEvent({ run: { runId }, producer: "https://noisy.example/1" });
      expect(await send(limited, [noisy("noisy-1")])).toMatchObject({ status: 204 });
      const mixed = [runEvent({ run: { runId: "beside-noisy" } }), noisy("noisy-2")];
      expect(await send(limited, mixed)).toMatchObject({ status: 429 });
      expect(await send(limited, [runEvent()])).toMatchObject({ status: 204 });
      const kept = "SELECT run_id FROM runs FINAL WHERE run_id LIKE '%noisy%'";
      expect(await select(opened.clickhouse, kept)).toEqual([{ run_id: "noisy-1" }]);
    });
  });

  describe("batches", () => {
    const good = JSON.stringify(runEvent());
    test.each([
      ["an array", `[${good},${good}]`, "application/json"],
      ["lines", `${good}\n${good}\n`, "application/x-ndjson"],
      ["nothing", "[]", "application/json"],
    ])("%s, all accepted", async (_what, body, contentType) => {
      expect((await tower.post("/api/v1/lineage/batch", body, { "Content-Type": contentType })).status).toBe(204);
    });

    test("what cannot be accepted is named by its index, the rest is stored", async () => {
      const kept = JSON.stringify(runEvent({ run: { runId: "of-a-mixed-batch" } }));
      const response = await tower.post("/api/v1/lineage/batch", `[{oops}, ${kept}, {}]`);
      expect(response.status).toBe(200);
      const answer = (await response.json()) as { failed_events: { index: number; quarantineId: string }[] };
      expect(answer).toMatchObject({
        status: "partial_success",
        summary: { received: 3, successful: 1, failed: 2, retriable: 0, non_retriable: 2 },
        failed_events: [
          { index: 0, retriable: false, reason: expect.stringContaining("Not JSON") as string },
          { index: 2, retriable: false, pointer: "/eventTime" },
        ],
      });
      expect(await quarantined(answer.failed_events[0]?.quarantineId)).toMatchObject({ body: "{oops}" });
      expect(
        await select(opened.clickhouse, "SELECT run_id FROM runs FINAL WHERE run_id = 'of-a-mixed-batch'"),
      ).toHaveLength(1);
    });

    test("an array that never ends is no batch", async () => {
      expect((await tower.post("/api/v1/lineage/batch", `[${good}`)).status).toBe(400);
    });
  });

  describe("CloudEvents", () => {
    const attributes = { specversion: "1.0", id: "1", source: "/scheduler", type: "run.started" };
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
    const structured = JSON.stringify({ ...attributes, data: runEvent() });

    test("in every mode the same event is the same", async () => {
      const binary = await tower.post("/api/v1/cloudevents", JSON.stringify(runEvent()), headers);
      const whole = await tower.post("/api/v1/cloudevents", structured, {
        "Content-Type": "application/cloudevents+json",
      });
      const batch = await tower.post("/api/v1/cloudevents", `[${structured}]`, {
        "Content-Type": "application/cloudevents-batch+json; charset=UTF-8",
      });
      expect([binary.status, whole.status, batch.status]).toEqual([201, 201, 204]);
      const { eventId } = (await binary.json()) as { eventId: string };
      expect(await whole.json()).toMatchObject({ eventId });
      const [stored] = await select(
        opened.clickhouse,
        `SELECT envelope FROM events FINAL WHERE event_id = '${eventId}'`,
      );
      expect(JSON.parse(String(stored?.envelope))).toMatchObject(attributes);
    });

    test("one whose data is no event is kept with its envelope", async () => {
      const response = await tower.post("/api/v1/cloudevents", '{"message":"Hello"}', headers);
      const problem = (await response.json()) as Problem;
      expect(problem.status).toBe(422);
      const [item] = await select(
        opened.clickhouse,
        `SELECT attributes FROM quarantine FINAL WHERE id = '${problem.quarantineId}'`,
      );
      expect(JSON.parse(String(item?.attributes))).toMatchObject(attributes);
    });

    test("what is no CloudEvent at all is not read", async () => {
      expect((await tower.post("/api/v1/cloudevents", "{}")).status).toBe(415);
    });
  });
});
