import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOver, needsActivities, pipelineRunEvents } from "./map.ts";
import { Settings } from "./settings.ts";
import { ActivityRunPage, PipelineRunPage, type ActivityRun, type PipelineRun } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const { value: runs } = PipelineRunPage.parse(fixture("pipeline-runs.json"));
const [done, cancelled, undeclared] = runs as [PipelineRun, PipelineRun, PipelineRun];
const { value: activities } = ActivityRunPage.parse(fixture("activity-runs.json"));
const settings = Settings.parse({
  tenantId: "4d1f0c2e-9a55-4c0e-8f43-7a1e5b0d2c66",
  subscriptionId: "12345678-1234-1234-1234-12345678abcd",
  resourceGroup: "finance",
  factory: "adf-finance",
  pipelines: [{ name: "pl_gl_daily_{entity}", dataset: "dbo.gl", totalsActivity: "Control totals", ledger: "0L" }],
});
const mapping = { namespace: "adf://example", settings };
const last = (run: PipelineRun, of: readonly ActivityRun[] = []) => pipelineRunEvents(run, of, mapping).at(-1);

test.each([
  ["Queued", "START", undefined],
  ["InProgress", "RUNNING", undefined],
  ["Canceling", "RUNNING", "aborting"],
  ["Succeeded", "COMPLETE", undefined],
  ["Failed", "FAIL", undefined],
  ["Cancelled", "ABORT", undefined],
  ["Canceled", "ABORT", undefined],
  ["TimedOut", "FAIL", undefined],
  ["Pondering", "OTHER", undefined],
])("%s is told as %s", (status, type, qualifier) => {
  const told = last({ ...done, status });
  expect(told?.eventType).toBe(type);
  expect(told?.run.facets?.tieout_outcome).toEqual(
    expect.objectContaining({ vendorStatus: status, ...(qualifier && { qualifier }) }),
  );
});

test("a run tells its start, its work and its end to the millisecond", () => {
  expect(pipelineRunEvents(done, [], mapping).map(({ eventType, eventTime }) => `${eventType} ${eventTime}`)).toEqual([
    "START 2026-08-01T02:00:01.625Z",
    "RUNNING 2026-08-01T02:00:01.626Z",
    "COMPLETE 2026-08-01T02:07:12.730Z",
  ]);
});

test("rows skipped make it partial, and the Lookup's figures stay exact", () => {
  const end = last(done, activities);
  expect(end?.run.facets).toMatchObject({
    tieout_outcome: {
      vendorStatus: "Succeeded",
      qualifier: "partial",
      rowsRead: 1203,
      rowsWritten: 1200,
      rowsRejected: 3,
    },
    tieout_correlation: { correlationId: "GLA-2026-07-DE01-000004" },
    tieout_exceptions: { exceptions: [{ code: "count-gap", count: 3, entity: "DE01", period: "2026-07" }] },
  });
  const place = { entity: "DE01", ledger: "0L", period: "2026-07", version: "actual" };
  const through = "2026-08-01T01:55:00.000Z";
  expect(end?.outputs[0]?.facets).toMatchObject({
    tieout_position: { positions: [{ ...place, completeThrough: through, snapshotAsOf: through }] },
    tieout_controlTotals: {
      totals: [
        { ...place, account: "400000", currency: "EUR", measure: "count", value: "1200" },
        { measure: "debit", value: "12345678901234567.89" },
        { measure: "credit", value: "0.10" },
        { measure: "net", value: "12345678901234567.79", correlationId: "GLA-2026-07-DE01-000004" },
      ],
    },
  });
});

test("a verification that warns is a warning, without rows to name", () => {
  const [copy] = activities as [ActivityRun];
  const output = { dataConsistencyVerification: { VerificationResult: "Warning" } };
  expect(last(done, [{ ...copy, output }])?.run.facets).toMatchObject({
    tieout_outcome: { qualifier: "warning" },
    tieout_exceptions: {
      exceptions: [{ code: "count-gap", message: "Copy GL: data consistency verification Warning" }],
    },
  });
});

test("a cancelled run without an end ends when it was last updated; a period nobody can read places it nowhere", () => {
  const end = last(cancelled);
  expect(end).toMatchObject({ eventType: "ABORT", eventTime: "2026-08-01T03:02:10.550Z" });
  expect(end?.outputs[0]).not.toHaveProperty("facets");
  expect(isOver(cancelled, settings)).toBe(true);
});

test("a pipeline nobody declared is told without datasets, its words kept, its activities not asked for", () => {
  expect(needsActivities(undeclared, mapping)).toBe(false);
  expect(needsActivities(done, mapping)).toBe(true);
  expect(last(undeclared)).toMatchObject({ eventType: "FAIL", outputs: [] });
  expect(last(undeclared)?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ code: "job-failed", message: undeclared.message }],
  });
});

test.each([
  ["2200", "ErrorCode=SqlFailedToConnect,'Login failed for user'", "credential-expiry"],
  ["2627", "Violation of PRIMARY KEY constraint: Cannot insert duplicate key", "duplicate-load"],
  ["2200", "ErrorCode=UserErrorInvalidColumn: Invalid column name 'CostCentre'", "contract-drift"],
  ["429", "Request was throttled", "api-limit"],
  ["1", "The dog ate it", "unknown"],
])("an activity's error %s %s means %s", (errorCode, message, code) => {
  const failed = { activityName: "Copy GL", status: "Failed", error: { errorCode, message } };
  expect(last({ ...done, status: "Failed" }, [failed])?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ code, message: `Copy GL: ${errorCode} ${message}` }],
  });
});
