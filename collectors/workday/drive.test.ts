import { expect, test } from "vitest";
import { PLAYED, stageHand, type Played } from "../../test/collectors/stage.ts";

const played = PLAYED.find(({ id }) => id === "workday") as Played;
const AT = "2026-08-03T15:25:00.000Z";
const JOB = "INT201_Journals_DE01";

const setStage = stageHand();
const staged = () => setStage(played, AT);
const ask = (idempotencyKey: string) => ({ job: JOB, parameters: { period: "2026-07" }, idempotencyKey });

test("a launch is found again by its mark, also when it has ended; another request launches anew", async () => {
  const stage = await staged();
  const first = await stage.open().trigger?.(ask("a"));
  stage.clock.pass(120);
  const again = await stage.open().trigger?.(ask("a"));
  const other = await stage.open().trigger?.(ask("b"));
  expect([first?.adopted, again?.adopted, other?.adopted]).toEqual([false, true, false]);
  expect(again?.runId).toBe(first?.runId);
  expect(other?.runId).not.toBe(first?.runId);
});

test("a launch whose answer is lost is not repeated, and found when asked for again", async () => {
  const stage = await staged();
  let launches = 0;
  stage.intercept = async (request, vendor) => {
    const isLaunch = (await request.clone().text()).includes("Launch_Integration_Event_Request");
    if (!isLaunch) return vendor.fetch(request);
    launches += 1;
    await vendor.fetch(request);
    return new Response("bad gateway", { status: 502 });
  };
  const connected = stage.open();
  await expect(connected.trigger?.(ask("a"))).rejects.toMatchObject({ code: "unreachable" });
  expect(launches).toBe(1);
  expect(await connected.trigger?.(ask("a"))).toMatchObject({ adopted: true });
  expect(stage.acts()).toHaveLength(1);
});

test("a run is repeated once, with the parameters it had", async () => {
  const stage = await staged();
  const failed = stage.world.runs(played.system.id).find(({ outcome }) => outcome === "failed")!;
  let sent = "";
  stage.intercept = async (request, vendor) => {
    const body = await request.clone().text();
    if (body.includes("Launch_Integration_Event_Request")) sent = body;
    return vendor.fetch(request);
  };
  const first = await stage.open().rerun?.(failed.key, { fromFailure: false });
  const second = await stage.open().rerun?.(failed.key, { fromFailure: false });
  expect([first?.adopted, second?.adopted, first?.jobName]).toEqual([false, true, failed.job]);
  expect(second?.runId).toBe(first?.runId);
  expect(sent).toContain(`<bsvc:Text>${failed.correlationId}</bsvc:Text>`);
  expect(sent).toContain(`<bsvc:Text>again ${failed.key}</bsvc:Text>`);
});

test("an integration nobody declared, and an event nobody knows, are refused in words", async () => {
  const connected = (await staged()).open();
  await expect(connected.trigger?.({ ...ask("a"), job: "INT999" })).rejects.toMatchObject({ code: "refused" });
  await expect(connected.rerun?.("0".repeat(32), { fromFailure: false })).rejects.toMatchObject({ code: "not-found" });
});
