import { expect, test } from "vitest";
import { PLAYED, stageHand, type Played } from "../../test/collectors/stage.ts";

const played = PLAYED.find(({ id }) => id === "tableau") as Played;
const setStage = stageHand();
const staged = () => setStage(played, "2026-08-03T15:25:00.000Z");
const ask = (idempotencyKey: string, requestedAt?: string) => ({
  ...{ job: "Refresh GL Cube", parameters: {}, idempotencyKey },
  ...(requestedAt && { requestedAt }),
});

test("a refresh under way is adopted, and one that began since the request; an older one is not", async () => {
  const stage = await staged();
  const requestedAt = stage.clock.now().toISOString();
  const first = await stage.open().trigger?.(ask("a", requestedAt));
  const other = await stage.open().trigger?.(ask("b"));
  stage.clock.pass(120);
  const again = await stage.open().trigger?.(ask("a", requestedAt));
  const later = await stage.open().trigger?.(ask("c", stage.clock.now().toISOString()));
  expect([first, other, again, later].map((each) => each?.adopted)).toEqual([false, true, true, false]);
  expect(new Set([first, other, again].map((each) => each?.runId)).size).toBe(1);
});

test("a start whose answer is lost is not repeated, and found when asked for again", async () => {
  const stage = await staged();
  let starts = 0;
  stage.intercept = (request, vendor) => {
    if (!request.url.endsWith("/refresh")) return null;
    starts += 1;
    return Promise.resolve(vendor.fetch(request)).then(() => new Response("bad gateway", { status: 502 }));
  };
  const connected = stage.open();
  await expect(connected.trigger?.(ask("a"))).rejects.toMatchObject({ code: "unreachable" });
  expect(await connected.trigger?.(ask("a"))).toMatchObject({ adopted: true });
  expect([starts, stage.acts().length]).toEqual([1, 1]);
});

test("a refresh nobody declared, and a job nobody knows, are refused in words", async () => {
  const connected = (await staged()).open();
  await expect(connected.trigger?.({ ...ask("a"), job: "Refresh Everything" })).rejects.toThrow(/Refresh Everything/);
  await expect(connected.cancel?.("00000000-0000-4000-a000-000000000000")).rejects.toMatchObject({ code: "not-found" });
});
