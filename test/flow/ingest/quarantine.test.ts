import { afterAll, beforeAll, expect, test } from "vitest";
import type { QuarantineItem, QuarantinePage } from "../../../schemas/wire/quarantine-item.ts";
import { openEmptyClickHouse, select, type OpenedClickHouse } from "../../clickhouse.ts";
import { openTower, runEvent } from "./tower.ts";

let opened: OpenedClickHouse;
let tower: ReturnType<typeof openTower>;
beforeAll(async () => {
  opened = await openEmptyClickHouse("embedded");
  tower = openTower(opened.clickhouse);
});
afterAll(() => opened.close());

const json = async <T>(response: Response | Promise<Response>) => (await (await response).json()) as T;

/** Sends what cannot be accepted and answers where it is kept. */
async function quarantined(text: string): Promise<string> {
  const { quarantineId } = await json<{ quarantineId: string }>(tower.post("/api/v1/lineage", text));
  return quarantineId;
}
const item = (id: string) => json<QuarantineItem>(tower.app.request(`/api/v1/quarantine/${id}`));
const page = (query: string) => json<QuarantinePage>(tower.app.request(`/api/v1/quarantine?${query}`));

test("a corrected input becomes an event, the original stays, and the log tells who did it", async () => {
  const wrong = JSON.stringify(runEvent({ run: {} }));
  const id = await quarantined(wrong);
  expect(await item(id)).toMatchObject({ state: "open", body: wrong, path: "/run/runId", eventId: null });
  expect(tower.read).toEqual([`quarantine:${id}`]);

  const still = await tower.post(`/api/v1/quarantine/${id}/resubmit`, JSON.stringify({ text: "{}", reason: "try" }));
  expect(still.status).toBe(422);
  expect((await item(id)).state).toBe("open");

  const text = JSON.stringify(runEvent({ run: { runId: "corrected" } }));
  const answer = await tower.post(
    `/api/v1/quarantine/${id}/resubmit`,
    JSON.stringify({ text, reason: "run id added" }),
  );
  expect(answer.status).toBe(201);
  const { eventId } = (await answer.json()) as { eventId: string };
  expect(await item(id)).toMatchObject({
    ...{ state: "resubmitted", body: wrong, resolvedBy: "airflow", resolution: "run id added", eventId },
  });
  expect(await select(opened.clickhouse, `SELECT door FROM events WHERE event_id = '${eventId}'`)).toEqual([
    { door: "resubmission" },
  ]);
  expect(tower.audited.at(-1)).toMatchObject({
    ...{ action: "quarantine.resubmit", subject: `quarantine:${id}`, actor: { name: "airflow" } },
    detail: { eventId, reason: "run id added" },
  });

  const again = await tower.post(`/api/v1/quarantine/${id}/resubmit`, JSON.stringify({ text, reason: "twice" }));
  expect(again.status).toBe(409);
});

test("two people at once resolve it once", async () => {
  const id = await quarantined("{two people}");
  const discard = () => tower.post(`/api/v1/quarantine/${id}/discard`, JSON.stringify({ reason: "a probe" }));
  const answers = await Promise.all([discard(), discard()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
});

test("a discarded input that comes again is open again", async () => {
  const id = await quarantined("{comes again}");
  await tower.post(`/api/v1/quarantine/${id}/discard`, JSON.stringify({ reason: "a probe" }));
  expect((await item(id)).state).toBe("discarded");
  tower.clock.now = () => new Date("2026-11-04T15:00:00.000Z");
  expect(await quarantined("{comes again}")).toBe(id);
  expect(await item(id)).toMatchObject({ state: "open", resolvedBy: null, receivedAt: "2026-11-04T15:00:00.000Z" });
});

test("a CloudEvent is corrected inside its envelope", async () => {
  const headers = { "ce-specversion": "1.0", "ce-id": "7", "ce-source": "/s", "ce-type": "t" };
  const { quarantineId: id } = await json<{ quarantineId: string }>(tower.post("/api/v1/cloudevents", "{}", headers));
  const text = JSON.stringify(runEvent({ run: { runId: "in-its-envelope" } }));
  expect(
    (await tower.post(`/api/v1/quarantine/${id}/resubmit`, JSON.stringify({ text, reason: "mended" }))).status,
  ).toBe(201);
  const [event] = await select(opened.clickhouse, "SELECT envelope FROM events WHERE run_id = 'in-its-envelope'");
  expect(JSON.parse(String(event?.envelope))).toMatchObject({ id: "7", source: "/s" });
});

test("pages go on where the one before ended", async () => {
  for (let n = 0; n < 5; n++) await quarantined(`{paged ${n}}`);
  const all = await page("state=open&limit=500");
  const ids: string[] = [];
  for (let next = ""; ;) {
    const part = await page(`state=open&limit=2${next}`);
    ids.push(...part.items.map(({ id }) => id));
    if (!part.next) break;
    next = `&before=${part.next}`;
  }
  expect(ids).toEqual(all.items.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});

test("what is not there, and what is not asked rightly", async () => {
  expect((await tower.app.request("/api/v1/quarantine/none")).status).toBe(404);
  expect((await tower.app.request("/api/v1/quarantine?state=lost")).status).toBe(400);
  const id = await quarantined("{no reason}");
  expect((await tower.post(`/api/v1/quarantine/${id}/discard`, JSON.stringify({ reason: " " }))).status).toBe(400);
});
