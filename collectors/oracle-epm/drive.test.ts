import { expect, test } from "vitest";
import { isRun, PLAYED, readOn, stageHand, type Played, type Stage } from "../../test/collectors/stage.ts";

const played = PLAYED.find(({ id }) => id === "oracle-epm") as Played;
const setStage = stageHand();
const staged = () => setStage(played, "2026-08-03T15:25:00.000Z");
const ask = (idempotencyKey: string, requestedAt?: string) => ({
  ...{ job: "Import GL DE01", parameters: { period: "2026-07" }, idempotencyKey },
  ...(requestedAt && { requestedAt }),
});
/** Runs something for each job that is started, not for exports of the console. */
function onStart(stage: Stage, act: (body: string) => void, status = 200): void {
  stage.intercept = async (request, vendor) => {
    const body = request.method === "POST" && request.url.endsWith("/jobs") ? await request.clone().text() : "";
    const isStart = body.includes("IMPORT_DATA");
    if (isStart) act(body);
    const answer = await vendor.fetch(request);
    return isStart && status !== 200 ? new Response("bad gateway", { status }) : answer;
  };
}

test("a job under way is adopted, and one that began since the request; its parameters are filled in", async () => {
  const stage = await staged();
  const bodies: string[] = [];
  onStart(stage, (body) => bodies.push(body));
  const requestedAt = stage.clock.now().toISOString();
  const first = await stage.open().trigger?.(ask("a", requestedAt));
  const other = await stage.open().trigger?.(ask("b"));
  stage.clock.pass(120);
  const again = await stage.open().trigger?.(ask("a", requestedAt));
  expect([first?.adopted, other?.adopted, again?.adopted]).toEqual([false, true, true]);
  expect(new Set([first, other, again].map((each) => each?.runId)).size).toBe(1);
  expect(bodies.map((body) => JSON.parse(body) as object)).toEqual([
    { jobType: "IMPORT_DATA", jobName: "Import GL DE01", parameters: { importFileName: "2026-07-DE01.csv" } },
  ]);
});

test("a start whose answer is lost is not repeated, and found when asked for again", async () => {
  const stage = await staged();
  let starts = 0;
  onStart(stage, () => (starts += 1), 502);
  const connected = stage.open();
  await expect(connected.trigger?.(ask("a"))).rejects.toMatchObject({ code: "unreachable" });
  expect(await connected.trigger?.(ask("a"))).toMatchObject({ adopted: true });
  expect([starts, stage.acts().length]).toEqual([1, 1]);
});

test("after a start the console is exported before its time", async () => {
  const stage = await staged();
  const connected = stage.open();
  const { cursor } = await readOn(connected, null);
  expect((await readOn(connected, cursor)).events).toEqual([]);
  const triggered = await connected.trigger?.(ask("a"));
  const { events } = await readOn(connected, cursor);
  expect(events.filter(isRun).map(({ run }) => run.runId)).toContain(triggered?.runId);
});

test("an export that takes long is looked after at the next poll, and one that is lost is asked for anew", async () => {
  const stage = await staged();
  let status = -1;
  let exports = 0;
  stage.intercept = (request) => {
    if (request.method === "POST" && request.url.endsWith("/jobs")) exports += 1;
    const isStatus = /\/jobs\/9\d*$/.test(new URL(request.url).pathname);
    return isStatus ? Response.json({ jobId: 91, status, details: null }) : null;
  };
  const connected = stage.open();
  const begun = await connected.pull(null);
  const waiting = await connected.pull(begun.cursor);
  expect([begun.events.length, waiting.events.length, exports]).toEqual([0, 0, 1]);
  status = 1;
  await expect(connected.pull(waiting.cursor)).rejects.toThrow(/could not export its job console/);
  expect(exports).toBe(2);
  status = 0;
  expect((await connected.pull(waiting.cursor)).events.length).toBeGreaterThan(10);
  expect(exports).toBe(2);
});

test("a cube that refuses its figures hides no run", async () => {
  const stage = await staged();
  stage.intercept = (request) =>
    request.url.endsWith("/exportdataslice")
      ? Response.json({ status: 400, details: "The cube is locked" }, { status: 400 })
      : null;
  const { events } = await readOn(stage.open(), null);
  const told = JSON.stringify(events);
  expect(events.filter(isRun).length).toBeGreaterThan(10);
  expect(told).toContain("The cube is locked");
  expect(told).not.toContain("tieout_controlTotals");
});
