import { expect, test } from "vitest";
import { PLAYED, readOn, stageHand, type Played } from "./stage.ts";

const AT = "2026-08-03T15:25:00.000Z";
const setStage = stageHand();
const played = PLAYED.find(({ id }) => id === "kafka") as Played;
const topics = [{ name: "tieout.run-events.v1", avro: true }];

test("a topic in Avro tells the same as in JSON", async () => {
  const [avro, json] = [await setStage(played, AT, { topics }), await setStage(played, AT)];
  const [read, other] = [await readOn(avro.open(), null), await readOn(json.open(), null)];
  expect(read.events.length).toBeGreaterThan(20);
  expect(read).toEqual(other);
  for (const secret of avro.secrets) expect(avro.logged()).not.toContain(secret);
});

test("a registry that is away loses nothing", async () => {
  const stage = await setStage(played, AT, { topics });
  const connected = stage.open();
  stage.intercept = (request) =>
    new URL(request.url).pathname.startsWith("/schemas") ? new Response("away", { status: 503 }) : null;
  await expect(connected.pull(null)).rejects.toMatchObject({ code: "unreachable" });
  stage.intercept = null;
  const json = await setStage(played, AT);
  expect((await readOn(connected, null)).events).toEqual((await readOn(json.open(), null)).events);
});
