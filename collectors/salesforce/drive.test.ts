import { expect, test } from "vitest";
import { isRun, PLAYED, readOn, stageHand, type Played, type Stage } from "../../test/collectors/stage.ts";
import { runIdOf } from "../run-id.ts";

const played = PLAYED.find(({ id }) => id === "salesforce") as Played;
const setStage = stageHand();
const staged = (at: string) => setStage(played, at);
const runs = ({ world }: Stage) => world.runs(played.system.id);

test("the rows a job did not load are loaded again once, without Salesforce's own columns", async () => {
  const stage = await staged("2026-08-03T15:25:00.000Z");
  const partial = runs(stage).find(({ outcome }) => outcome === "partial")!;
  let uploaded = "";
  stage.intercept = async (request) => {
    if (request.method === "PUT") uploaded = await request.text();
    return null as never;
  };
  const connected = stage.open();
  const [first, second] = [
    await connected.rerun?.(partial.key, { fromFailure: true }),
    await stage.open().rerun?.(partial.key, { fromFailure: true }),
  ];
  expect([first?.adopted, second?.adopted]).toEqual([false, true]);
  expect(second?.runId).toBe(first?.runId);
  expect(first?.jobName).toBe(partial.job);
  expect(stage.acts()).toHaveLength(1);
  const [header, ...rows] = uploaded.trim().split("\n");
  expect(header).toBe("Key__c,Amount__c");
  expect(rows).toHaveLength(partial.rowsRejected);
  expect(rows[0]).toMatch(/^"[^"]+","1\.00"$/);
});

test("only what failed can be loaded again, and only once it has ended", async () => {
  const stage = await staged("2026-08-03T15:25:00.000Z");
  const complete = runs(stage).find(({ outcome }) => outcome === "complete")!;
  const connected = stage.open();
  await expect(connected.rerun?.(complete.key, { fromFailure: false })).rejects.toMatchObject({ code: "refused" });
  await expect(connected.rerun?.(complete.key, { fromFailure: true })).rejects.toThrow(/left no rows/);
});

test("a job under way is stopped, and told so; one that nobody knows is named", async () => {
  const stage = await staged("2026-08-03T06:20:00.000Z");
  const connected = stage.open();
  const { cursor } = await readOn(connected, null);
  const running = runs(stage).find((run) => stage.world.phase(run).phase === "running")!;
  await connected.cancel?.(running.key);
  stage.clock.pass(5);
  const { events } = await readOn(connected, cursor);
  const told = events
    .filter(isRun)
    .filter((event) => event.run.runId === runIdOf(played.system.namespace, running.key));
  expect(told.at(-1)).toMatchObject({ eventType: "ABORT" });
  await expect(connected.cancel?.("750000000000000")).rejects.toMatchObject({ code: "not-found" });
});

test("a list in no order is read through all its pages", async () => {
  const stage = await staged("2026-08-03T15:25:00.000Z");
  const whole = await readOn(stage.open(), null);
  stage.intercept = async (request, vendor) => {
    const url = new URL(request.url);
    if (!url.pathname.endsWith("/jobs/ingest")) return vendor.fetch(request);
    const answer = await vendor.fetch(new Request(url.origin + url.pathname, { headers: request.headers }));
    const { records } = (await answer.json()) as { records: object[] };
    const offset = Number(url.searchParams.get("queryLocator") ?? 0);
    const next = offset + 7 < records.length ? `${url.pathname}?queryLocator=${offset + 7}` : null;
    return Response.json({ done: next === null, nextRecordsUrl: next, records: records.slice(offset, offset + 7) });
  };
  const paged = await readOn(stage.open(), null);
  expect(paged.events).toEqual(whole.events);
});

test("a day's limit is a limit, not a missing right", async () => {
  const stage = await staged("2026-08-03T15:25:00.000Z");
  stage.intercept = (request) =>
    request.url.includes("/jobs/")
      ? Response.json([{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." }], {
          status: 403,
        })
      : null;
  await expect(readOn(stage.open(), null)).rejects.toMatchObject({ code: "rate-limited", retryAfterSeconds: 3600 });
});
