import { describe, expect, test } from "vitest";
import { isRun, PLAYED, readOn, stageHand, type Played } from "./stage.ts";

/** Nothing of the small estate is under way. */
const AT = "2026-08-03T15:25:00.000Z";

/** Middleware that takes no idempotency key, with the request that starts a job. */
const KEYLESS = [
  { id: "azure-data-factory", starts: /\/createRun$/ },
  { id: "boomi", starts: /\/ExecutionRequest$/ },
  { id: "mulesoft", starts: /\/schedulers\/[^/]+\/run$/ },
  { id: "workato", starts: /\/force_run$/ },
  { id: "informatica", starts: /\/api\/v2\/job$/ },
  { id: "fivetran", starts: /\/sync$/ },
  { id: "airbyte", starts: /\/jobs$/ },
];
const RERUNS = [{ id: "azure-data-factory" }, { id: "boomi" }, { id: "workato" }];

const setStage = stageHand();
async function staged(id: string) {
  const played = PLAYED.find((each) => each.id === id) as Played;
  const stage = await setStage(played, AT);
  return { stage, system: played.system.id };
}

describe.each(KEYLESS)("$id", ({ id, starts }) => {
  test("a start whose answer is lost is not repeated, and found when it is asked for again", async () => {
    const { stage, system } = await staged(id);
    const { job = "" } = stage.world.jobs(system).find(({ flow }) => flow !== "") ?? {};
    const ask = { job, parameters: {}, idempotencyKey: "a", requestedAt: stage.clock.now().toISOString() };
    let posts = 0;
    stage.intercept = (request, vendor) => {
      if (request.method !== "POST" || !starts.test(new URL(request.url).pathname)) return null;
      posts += 1;
      return Promise.resolve(vendor.fetch(request)).then(() => new Response("bad gateway", { status: 502 }));
    };
    await expect(stage.open().trigger?.(ask)).rejects.toMatchObject({ code: "unreachable" });
    stage.clock.pass(120);
    expect(await stage.open().trigger?.(ask)).toMatchObject({ adopted: true, jobName: job });
    expect([posts, stage.acts().length]).toEqual([1, 1]);
    stage.intercept = null;
    const later = { ...ask, idempotencyKey: "b", requestedAt: stage.clock.now().toISOString() };
    expect(await stage.open().trigger?.(later)).toMatchObject({ adopted: false });
  });

  test("a job nobody declared is refused in words", async () => {
    const { stage } = await staged(id);
    const ask = { job: "Drop everything", parameters: {}, idempotencyKey: "a" };
    await expect(async () => stage.open().trigger?.(ask)).rejects.toMatchObject({ name: "VendorError" });
    expect(stage.acts()).toEqual([]);
  });
});

test.each(RERUNS)("$id runs a failed run again, and it comes back by its id", async ({ id }) => {
  const { stage, system } = await staged(id);
  const connected = stage.open();
  const { cursor } = await readOn(connected, null);
  const failed = stage.world.runs(system).find(({ outcome, flow }) => outcome === "failed" && flow !== "");
  const again = await connected.rerun?.(failed?.key ?? "", { fromFailure: true });
  expect(again).toMatchObject({ adopted: false, jobName: failed?.job });
  expect(again?.vendorRunKey).not.toBe(failed?.key);
  stage.clock.pass(60);
  const { events } = await readOn(connected, cursor);
  const told = events.filter(isRun).filter(({ run }) => run.runId === again?.runId);
  expect(told.map(({ eventType }) => eventType)).toEqual(["START", "RUNNING", "COMPLETE"]);
  await expect(connected.rerun?.(`${failed?.key}0`, { fromFailure: false })).rejects.toMatchObject({
    code: "not-found",
  });
});
