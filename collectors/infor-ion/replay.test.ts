import { afterEach, expect, test } from "vitest";
import { isRun, PLAYED, readOn, stageOf, type Played, type Stage } from "../../test/collectors/stage.ts";

const AT = "2026-08-03T15:12:00.000Z";
const played = PLAYED.find(({ id }) => id === "infor-ion") as Played;

let stage: Stage;
afterEach(() => stage.close());

test("a message that failed is sent again once, comes back under its new id, and may be sent again after that", async () => {
  stage = await stageOf(played, AT);
  const connected = stage.open();
  const { cursor } = await readOn(connected, null);
  const failed = stage.world.runs("infor").find(({ outcome }) => outcome === "failed")!;
  const first = await connected.rerun?.(failed.key, { fromFailure: false });
  const again = await stage.open().rerun?.(failed.key, { fromFailure: false });
  expect(first).toMatchObject({ vendorRunKey: `${failed.key}:attempt-2`, jobName: failed.job, adopted: false });
  expect(again).toEqual({ ...first, adopted: true });
  expect(stage.acts()).toHaveLength(1);
  stage.clock.pass(60);
  const { events } = await readOn(connected, cursor);
  const told = events.filter(isRun).filter((event) => event.run.runId === first?.runId);
  expect(told.map((event) => event.eventType)).toEqual(["START", "RUNNING", "COMPLETE"]);
  const third = await connected.rerun?.(failed.key, { fromFailure: false });
  expect(third).toMatchObject({ vendorRunKey: `${failed.key}:attempt-3`, adopted: false });
});

test("a message nobody knows cannot be sent again", async () => {
  stage = await stageOf(played, AT);
  const asked = stage.open().rerun?.("infor.fsm.1:nothing", { fromFailure: false });
  await expect(asked).rejects.toMatchObject({ code: "not-found" });
});
