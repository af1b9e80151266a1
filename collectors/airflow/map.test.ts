import { describe, expect, test } from "vitest";
import { isRun, PLAYED, readOn, stageOf } from "../../test/collectors/stage.ts";
import { dagRunEvents, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { DagRun, DagRunPage } from "./vendor.ts";

/** As the API of Airflow 3 answers, of the fact sheet's shape. */
const RUNNING = {
  dag_id: "gl_load_DE01",
  dag_display_name: "gl_load_DE01",
  dag_run_id: "manual__2026-08-01T02:00:00+00:00",
  logical_date: "2026-08-01T02:00:00Z",
  run_after: "2026-08-01T02:00:00Z",
  queued_at: "2026-08-01T02:00:00.2Z",
  start_date: "2026-08-01T02:00:03Z",
  end_date: null,
  duration: null,
  state: "running",
  run_type: "manual",
  triggered_by: "rest_api",
  conf: { period: "2026-07", correlation_id: "GLA-2026-07-DE01-000001", snapshot_as_of: "2026-08-01T01:30:00Z" },
  note: null,
  dag_versions: [],
};
/** Of Airflow 2: another date, no time of queueing. */
const OLD = {
  dag_id: "gl_load_DE01",
  dag_run_id: "scheduled__2026-08-01T02:00:00+00:00",
  execution_date: "2026-08-01T02:00:00+00:00",
  external_trigger: false,
  start_date: "2026-08-01T02:00:03.5+00:00",
  end_date: "2026-08-01T02:09:00+00:00",
  state: "failed",
  conf: {},
};
const namespace = "airflow://example";
const settings = Settings.parse({
  jobs: [{ name: "gl_load_{entity}", dataset: "gl_actuals", inputs: [{ namespace: "feed://example", name: "GL" }] }],
});
const eventsOf = (run: object, failed: { task: string; log: string }[] = []) =>
  dagRunEvents(DagRun.parse(run), failed, { namespace, settings });

describe("a DAG run's state", () => {
  test.each([
    ["queued", "queued"],
    ["running", "running"],
    ["success", "complete"],
    ["failed", "failed"],
    ["a state nobody knows", null],
  ])("%s is %s", (state, meant) => {
    expect(stateOf(DagRun.parse({ ...RUNNING, state }))).toBe(meant);
  });

  test("a run stopped through Tieout is aborted, though Airflow calls it failed", () => {
    expect(stateOf(DagRun.parse({ ...RUNNING, state: "failed", note: "Cancelled by Tieout" }))).toBe("aborted");
  });
});

test("a running one is told from when it was queued, with what it fills and carries", () => {
  expect(DagRunPage.safeParse({ dag_runs: [RUNNING], total_entries: 1 }).success).toBe(true);
  const events = eventsOf(RUNNING);
  expect(events.map(({ eventType, eventTime }) => [eventType, eventTime])).toEqual([
    ["START", "2026-08-01T02:00:00.200Z"],
    ["RUNNING", "2026-08-01T02:00:03.000Z"],
  ]);
  expect(events[0]).toMatchObject({
    job: { namespace, name: "gl_load_DE01" },
    run: { facets: { tieout_correlation: { correlationId: "GLA-2026-07-DE01-000001" } } },
    outputs: [
      { name: "gl_actuals", facets: { tieout_position: { positions: [{ entity: "DE01", period: "2026-07" }] } } },
    ],
  });
});

test("a failed one of Airflow 2 quotes the error its task's log ends with", () => {
  const log =
    'INFO - Connecting\nERROR - Task failed with exception\nValueError: cost centre "7710" not mapped "7710"\nINFO - Done';
  const end = eventsOf(OLD, [{ task: "load", log }]).at(-1);
  expect(end).toMatchObject({
    eventType: "FAIL",
    eventTime: "2026-08-01T02:09:00.000Z",
    run: {
      facets: { tieout_exceptions: { exceptions: [{ code: "unmapped-member", member: "7710" }] } },
    },
  });
  expect(JSON.stringify(end)).toContain("Task load: ValueError");
});

test("a log nobody understands, and a run without a failed task, are still told", () => {
  const [unknown] = exceptionsIn(eventsOf(OLD, [{ task: "load", log: "ERROR - Rumpelstilzchen" }]));
  expect(unknown).toMatchObject({ code: "job-failed", message: "Task load: ERROR - Rumpelstilzchen" });
  expect(exceptionsIn(eventsOf(OLD))).toHaveLength(1);
});

test("a cleared run that runs again tells its new attempt and no end", () => {
  const again = { ...RUNNING, queued_at: "2026-08-01T05:00:00Z", start_date: "2026-08-01T05:00:04Z" };
  expect(eventsOf(again).map(({ eventTime }) => eventTime)).toEqual([
    "2026-08-01T05:00:00.000Z",
    "2026-08-01T05:00:04.000Z",
  ]);
});

function exceptionsIn(events: ReturnType<typeof eventsOf>): unknown[] {
  const facet = events.at(-1)?.run.facets?.tieout_exceptions as { exceptions: unknown[] } | undefined;
  return facet?.exceptions ?? [];
}

test("Airflow 2 is read at its own address, signed in with user and password", async () => {
  const stage = await stageOf(
    PLAYED.find(({ id }) => id === "airflow")!,
    "2026-08-03T15:25:00.000Z",
    { api: "v1" },
  );
  const connected = stage.open();
  expect((await connected.check()).sees).toEqual(["2 DAGs, 2 of them declared"]);
  const { events, cursor } = await readOn(connected, null);
  expect(events.filter(isRun).map(({ eventType }) => eventType)).toEqual(expect.arrayContaining(["COMPLETE", "FAIL"]));
  const triggered = await connected.trigger?.({
    ...{ job: "gl_load_DE01", parameters: { period: "2026-07" }, idempotencyKey: "r-1" },
  });
  stage.clock.pass(2);
  await connected.cancel?.(triggered?.vendorRunKey ?? "");
  const after = (await readOn(connected, cursor)).events.filter(isRun);
  expect(after.filter(({ run }) => run.runId === triggered?.runId).at(-1)?.eventType).toBe("ABORT");
  await stage.close();
});
