import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jobEvents, listedState, nameOf, stateOf, wordOf } from "./map.ts";
import { TableauSettings } from "./settings.ts";
import { JobAnswer, JobList } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const { job } = JobAnswer.parse(fixture("job.json"));
const settings = TableauSettings.parse({
  jobs: [{ name: "Refresh GL Cube", dataset: "GL Cube", entities: ["DE01", "GB01"], ledger: "0L", closeDays: 5 }],
});
const told = (over: Partial<typeof job>) =>
  jobEvents({ ...job, ...over }, { namespace: "tableau://meridian", settings });
const failed = (notes: string) => told({ finishCode: 1, extractRefreshJob: { ...job.extractRefreshJob, notes } });

describe("where a job stands", () => {
  test.each([
    ["0 is success", { finishCode: 0 }, "complete"],
    ["3 is completed", { finishCode: 3 }, "complete"],
    ["1 is failed", { finishCode: 1 }, "failed"],
    ["2 is cancelled", { finishCode: 2 }, "aborted"],
    ["9 is nothing known", { finishCode: 9 }, null],
    ["0 means nothing while it runs", { completedAt: null, startedAt: "2026-08-01T03:00:37Z" }, "running"],
    ["0 means nothing while it waits", { completedAt: null }, "queued"],
  ])("finish code %s", (_, over, state) => {
    expect(stateOf({ ...job, ...over })).toBe(state);
  });

  test.each([
    ["Pending", "queued"],
    ["InProgress", "running"],
    ["Success", "complete"],
    ["Failed", "failed"],
    ["Cancelled", "aborted"],
    ["Something new", null],
  ])("the list's %s is %s", (word, state) => {
    expect(listedState(word)).toBe(state);
  });

  test("a job by itself has the list's word, or says its code", () => {
    expect([wordOf(job), wordOf({ ...job, finishCode: 9 })]).toEqual(["Success", "Finish code 9"]);
    expect(told({ finishCode: 9 }).at(-1)).toMatchObject({
      eventType: "OTHER",
      run: { facets: { tieout_outcome: { vendorStatus: "Finish code 9" } } },
    });
  });
});

test("a refresh is told by what it refreshes, and fills all its entities", () => {
  const events = told({});
  expect(events.map(({ eventType, eventTime }) => `${eventType} ${eventTime}`)).toEqual([
    "START 2026-08-01T03:00:29.000Z",
    "COMPLETE 2026-08-01T03:02:45.000Z",
  ]);
  expect(events[0]).toMatchObject({
    job: { name: "Refresh GL Cube" },
    outputs: [
      {
        name: "GL Cube",
        facets: {
          tieout_position: {
            positions: [
              { entity: "DE01", ledger: "0L", period: "2026-07" },
              { entity: "GB01", ledger: "0L", period: "2026-07" },
            ],
          },
        },
      },
    ],
  });
});

test.each([
  ["a workbook", { extractRefreshJob: { workbook: { id: "1", name: "Close" } } }, "Refresh Close"],
  ["a flow", { extractRefreshJob: undefined, runFlowJob: { flow: { id: "1", name: "Monthly" } } }, "Run Monthly"],
  ["a data source without a name", { extractRefreshJob: { datasource: { id: "03b9" } } }, "Refresh 03b9"],
  ["something else", { extractRefreshJob: undefined }, "RefreshExtract"],
])("%s", (_, over, name) => {
  expect(nameOf({ ...job, ...over })).toBe(name);
});

test.each([
  ["Sign-in credentials are missing", "credential-expiry"],
  ["429 Too many requests", "api-limit"],
  ["Column COST_CENTRE does not exist", "contract-drift"],
  ["Unable to connect to the server", "job-failed"],
  ["Nobody has seen this", "unknown"],
])("%s is %s", (notes, code) => {
  expect(failed(notes).at(-1)?.run.facets).toMatchObject({
    tieout_exceptions: { exceptions: [{ code, class: "technical", message: notes }] },
    errorMessage: { message: notes },
  });
});

test("numbers of a list come as text, and an empty list as an empty object", () => {
  const list = JobList.parse(fixture("jobs.json"));
  expect([list.pagination.totalAvailable, list.backgroundJobs.backgroundJob.length]).toEqual([1, 1]);
  expect(JobList.parse({ pagination: list.pagination, backgroundJobs: {} }).backgroundJobs.backgroundJob).toEqual([]);
});
