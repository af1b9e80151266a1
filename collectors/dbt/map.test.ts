import { expect, test } from "vitest";
import { isRun, PLAYED, readOn, stageHand } from "../../test/collectors/stage.ts";
import { cloudRunEvents, invocationEvents, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { errorIn, Run, RunResults } from "./vendor.ts";

const RUN = {
  id: 70403110,
  job_definition_id: 501,
  status: 20,
  status_humanized: "Error",
  status_message: "Encountered an error",
  created_at: "2026-08-01 02:00:00.1+00:00",
  dequeued_at: "2026-08-01 02:00:02+00:00",
  started_at: "2026-08-01 02:00:05+00:00",
  finished_at: "2026-08-01 02:06:00+00:00",
  trigger: { cause: "period=2026-07 batch=GLA-1 snapshot=2026-08-01T01:30:00Z", cause_category: "api" },
  job: { name: "GL balances DE01" },
};
const RESULTS = {
  metadata: {
    generated_at: "2026-08-01T02:05:58Z",
    invocation_id: "b1f0c2de-0000-4c1a-9a11-1f2e3d4c5b6a",
    invocation_started_at: "2026-08-01T02:00:06Z",
  },
  results: [
    {
      unique_id: "model.fin.gl_balance",
      status: "success",
      message: "SUCCESS 1203",
      adapter_response: { rows_affected: 1203 },
    },
    {
      unique_id: "model.fin.gl_view",
      status: "success",
      message: "CREATE VIEW",
      adapter_response: { rows_affected: -1 },
    },
    {
      unique_id: "test.fin.gl_ties_out",
      status: "fail",
      failures: 2,
      message: "Got 2 results, configured to fail if != 0",
      adapter_response: {},
    },
  ],
  elapsed_time: 352.1,
  args: { vars: "{period: 2026-07, batch: GLA-1}" },
};
const settings = Settings.parse({
  read: { from: "cloud", account: 1 },
  jobs: [{ name: "GL balances {entity}", dataset: "fin.gl_balance" }],
});
const mapping = { namespace: "dbt://example", settings };
const EXCEPTION = {
  code: "control-total-gap",
  class: "control",
  count: 2,
  message: "test.fin.gl_ties_out: Got 2 results, configured to fail if != 0",
};

const setStage = stageHand();

test.each([
  [1, "queued"],
  [2, "queued"],
  [3, "running"],
  [10, "complete"],
  [20, "failed"],
  [30, "aborted"],
  [99, null],
])("status %i is %s", (status, state) => {
  expect(stateOf(Run.parse({ ...RUN, status }))).toBe(state);
});

test("a failed run tells the tests that failed, the rows its models wrote and what its cause names", () => {
  const events = cloudRunEvents(Run.parse(RUN), RunResults.parse(RESULTS), mapping);
  expect(events.map(({ eventType, eventTime }) => `${eventType} ${eventTime}`)).toEqual([
    "START 2026-08-01T02:00:00.100Z",
    "RUNNING 2026-08-01T02:00:05.000Z",
    "FAIL 2026-08-01T02:06:00.000Z",
  ]);
  expect(events[2]?.run.facets).toMatchObject({
    tieout_correlation: { correlationId: "GLA-1" },
    tieout_outcome: { vendorStatus: "Error", rowsWritten: 1203 },
    tieout_exceptions: { exceptions: [EXCEPTION] },
  });
});

test("a run that failed before any node did says its own reason", () => {
  const end = cloudRunEvents(Run.parse(RUN), null, mapping).at(-1);
  expect(end?.run.facets?.tieout_exceptions).toMatchObject({ exceptions: [{ message: "Encountered an error" }] });
});

test("an invocation of dbt Core is told from its results, with the variables it was given", () => {
  const events = invocationEvents("GL balances DE01", RunResults.parse(RESULTS), mapping);
  expect(events.at(-1)).toMatchObject({
    eventType: "FAIL",
    outputs: [{ facets: { tieout_position: { positions: [{ entity: "DE01", period: "2026-07" }] } } }],
    run: { facets: { tieout_exceptions: { exceptions: [EXCEPTION] } } },
  });
});

test("an envelope that came with 200 may hold an error", () => {
  expect(errorIn({ status: { code: 403, is_success: false, user_message: "No" }, data: [] })).toBe("No");
  expect(errorIn({ status: { code: 200, is_success: true }, data: [] })).toBeNull();
});

test("artifacts are read where they lie: each job's newest invocation once", async () => {
  const jobs = ["GL balances DE01", "GL balances GB01", "Never run"];
  const played = PLAYED.find(({ id }) => id === "dbt")!;
  const stage = await setStage(played, "2026-08-03T15:25:00.000Z", { read: { from: "artifacts", jobs } });
  const connected = stage.open();
  expect((await connected.check()).warnings).toEqual(["Never run has left no run_results.json"]);
  const first = await readOn(connected, null);
  expect(first.events.filter(isRun).map(({ eventType, job }) => `${eventType} ${job.name}`)).toContain(
    "COMPLETE GL balances DE01",
  );
  expect((await readOn(connected, first.cursor)).events).toEqual([]);
  stage.clock.pass(24 * 60);
  expect((await readOn(connected, first.cursor)).events.length).toBeGreaterThan(0);
});
