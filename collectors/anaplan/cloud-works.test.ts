import { describe, expect, test } from "vitest";
import { isRun, PLAYED, readOn, stageHand, type Played, type Stage } from "../../test/collectors/stage.ts";
import { cloudRunEvents, cloudState } from "./cloud-works.ts";
import { RunHistory, type CloudRun } from "./vendor.ts";

const played = PLAYED.find(({ id }) => id === "anaplan") as Played;
const FROM = "2026-08-03T05:05:00.000Z";
const setStage = stageHand();
const staged = (settings: Record<string, unknown>) => setStage(played, FROM, settings);

/** As the vendor documents it. */
const [documented] = RunHistory.parse({
  status: { code: 200, message: "Success" },
  history_of_runs: {
    integrationId: "e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2",
    totalRuns: 1,
    runs: [
      {
        ...{ id: "91a01d97958d44baaa58ad8a3d458041", lastRun: 1786471671, success: true, message: "Success" },
        ...{ startDate: "2026-08-11T18:07:06.000Z", endDate: "2026-08-11T18:07:51.000Z", executionErrorCode: null },
        ...{ traceId: "7b562956986244d789de52acd06c9205", triggerSource: "scheduled", triggeredBy: "svc" },
      },
    ],
  },
}).history_of_runs.runs as [CloudRun];

describe("a run of CloudWorks", () => {
  test.each([
    ["success", {}, "complete"],
    ["success with code 38", { executionErrorCode: "38" }, "partial"],
    ["Running", { message: "Running", success: null }, "running"],
    ["no end yet", { endDate: null, success: null, message: null }, "running"],
    ["Process failed", { success: false, message: "Process failed", executionErrorCode: "12" }, "failed"],
    ["Cancelled", { success: false, message: "Cancelled" }, "aborted"],
  ])("%s", (_, over, state) => {
    expect(cloudState({ ...documented, ...over })).toBe(state);
  });

  test("is told with what CloudWorks says went wrong, and fills nothing", () => {
    const failed = { ...documented, success: false, message: "Process failed", executionErrorCode: "12" };
    const told = (errors: string | null) =>
      cloudRunEvents(failed, "GL to Anaplan", errors, "anaplan://meridian").at(-1);
    expect(told('Item not found in list "Accounts": "4711"')).toMatchObject({
      ...{ eventType: "FAIL", eventTime: "2026-08-11T18:07:51.000Z", outputs: [], job: { name: "GL to Anaplan" } },
      run: { facets: { tieout_exceptions: { exceptions: [{ code: "unmapped-member", member: "4711" }] } } },
    });
    expect(told(null)?.run.facets?.["errorMessage"]).toMatchObject({ message: "Process failed (code 12)" });
  });
});

/** Polls for ten hours, and tells what was read of the runs of CloudWorks. */
async function readDay(stage: Stage) {
  const connected = stage.open();
  let cursor: unknown = null;
  const events = [];
  for (let poll = 0; poll < 16; poll++) {
    const read = await readOn(connected, cursor);
    ({ cursor } = read);
    events.push(...read.events.filter(isRun));
    stage.clock.pass(40);
  }
  return events;
}

test("integrations are read beside the tasks of the model, to the end of each run, on pages", async () => {
  const stage = await staged({ cloudWorks: { pageSize: 1 } });
  const events = await readDay(stage);
  const ends = events.filter(
    ({ eventType, job }) => job.name.startsWith("CloudWorks ") && /COMPLETE|FAIL|ABORT/.test(eventType!),
  );
  const runs = stage.world
    .runs(played.system.id)
    .filter((run) => run.endedAt < stage.clock.now().getTime() - 40 * 60_000);
  const started = Math.min(...ends.map(({ eventTime }) => Date.parse(eventTime)));
  expect(ends.length).toBe(runs.filter(({ endedAt }) => endedAt >= started).length);
  expect(new Set(ends.map(({ eventType }) => eventType))).toEqual(new Set(["COMPLETE", "FAIL", "ABORT"]));
  expect(ends.some(({ run }) => JSON.stringify(run.facets).includes('"partial"'))).toBe(true);
  expect(events.some(({ job }) => job.name.startsWith("Load Actuals"))).toBe(true);
});

test("with the audit trail an idle poll asks no process, and what ran is found all the same", async () => {
  const audited = await readDay(await staged({ audit: {} }));
  const byTurns = await readDay(await staged({}));
  const endsOf = (events: typeof audited) =>
    events
      .filter(({ eventType }) => /COMPLETE|FAIL|ABORT/.test(eventType!))
      .map(({ run, eventTime }) => `${run.runId} ${eventTime}`)
      .sort();
  expect(endsOf(audited)).toEqual(endsOf(byTurns));

  const stage = await staged({ audit: {}, cloudWorks: {} });
  stage.clock.pass(21 * 60);
  const connected = stage.open();
  let { cursor } = await readOn(connected, null);
  ({ cursor } = await readOn(connected, cursor));
  stage.clock.pass(1);
  const before = stage.requests();
  await readOn(connected, cursor);
  expect(stage.requests() - before).toBeLessThanOrEqual(3);
});

test("an audit trail that may not be read is done without", async () => {
  const stage = await staged({ audit: {} });
  stage.intercept = (request) =>
    request.url.includes("/events?")
      ? Response.json({ status: { code: 452, message: "Tenant not entitled" } }, { status: 452 })
      : null;
  const { events } = await readOn(stage.open(), null);
  expect(events.length).toBeGreaterThan(0);
  expect(stage.logged()).toContain("the audit trail may not be read");
});
