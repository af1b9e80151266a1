import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { executionEvents, isOpen, isTest } from "./map.ts";
import { Settings } from "./settings.ts";
import { AsyncRecord, DocumentPage, ExecutionPage, type ExecutionRecord } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const { result: executions } = ExecutionPage.parse(fixture("executions.json"));
const [failed, warned, tried] = executions as [ExecutionRecord, ExecutionRecord, ExecutionRecord];
const { result: some } = DocumentPage.parse(fixture("documents.json"));
const refused = some.filter(({ status }) => status === "ERROR");
const settings = Settings.parse({
  accountId: "acme-XYZ123",
  processes: [{ name: "GL journals to NetSuite {entity}", dataset: "GL", ledger: "0L" }],
  otherStates: { PAUSED: "paused" },
});
const told = (record: ExecutionRecord, documents = { some, refused }) =>
  executionEvents(record, documents, { namespace: "boomi://example", settings });
const nothing = { some: [], refused: [] };

test.each([
  ["ENQUEUED", "START", true],
  ["STARTED", "RUNNING", true],
  ["INPROCESS", "RUNNING", true],
  ["ABORTED_RECOVERING", "RUNNING", true],
  ["PAUSED", "RUNNING", true],
  ["COMPLETE", "COMPLETE", false],
  ["COMPLETE_WARN", "COMPLETE", false],
  ["ERROR", "FAIL", false],
  ["ABORTED", "ABORT", false],
  ["DISCARDED", "ABORT", false],
  ["SOMETHING_NEW", "OTHER", true],
])("%s is told as %s", (status, type, open) => {
  const record = { ...failed, status };
  expect(told(record, nothing).at(-1)?.eventType).toBe(type);
  expect(isOpen(record, settings)).toBe(open);
});

test("documents refused make it partial: why and how many, by text", () => {
  const end = told(warned).at(-1);
  expect(end).toMatchObject({ eventType: "COMPLETE", eventTime: "2026-08-01T02:16:10.000Z" });
  const place = { entity: "DE01", period: "2026-07" };
  expect(end?.run.facets).toMatchObject({
    tieout_outcome: { qualifier: "partial", rowsRead: 40, rowsRejected: 3, rowsWritten: 37 },
    tieout_correlation: { correlationId: "GLA-2026-07-DE01-000004" },
    tieout_exceptions: {
      exceptions: [
        { code: "unmapped-member", class: "business", member: "7710", dimension: "Cost centre", count: 2, ...place },
        { code: "unknown", message: "The target shrugged", count: 1, ...place },
      ],
    },
  });
});

test("tracked fields place a run from its start on and say what it delivered; what is no number is left out", () => {
  const [start, , end] = told(warned);
  const place = { entity: "DE01", ledger: "0L", period: "2026-07", version: "actual" };
  const snapshotAsOf = "2026-08-01T02:10:00.000Z";
  expect(start?.outputs[0]?.facets?.tieout_position).toMatchObject({ positions: [{ ...place, snapshotAsOf }] });
  expect(end?.outputs[0]?.facets).toMatchObject({
    tieout_position: { positions: [{ ...place, completeThrough: snapshotAsOf }] },
    tieout_controlTotals: {
      totals: [
        { ...place, currency: "EUR", measure: "count", value: "40" },
        { ...place, currency: "EUR", measure: "net", value: "-1204.55", correlationId: "GLA-2026-07-DE01-000004" },
      ],
    },
  });
});

test("a failure quotes its message, and has no place without documents", () => {
  const end = told(failed, nothing).at(-1);
  expect(end?.run.facets).toMatchObject({
    tieout_exceptions: { exceptions: [{ code: "job-failed", message: "HTTP 422 from target" }] },
    errorMessage: { message: "HTTP 422 from target" },
  });
  expect(end?.outputs).toEqual([{ namespace: "boomi://example", name: "GL" }]);
  expect(told({ ...failed, message: "" }, nothing).at(-1)?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ code: "job-failed", message: "The execution failed and says no reason." }],
  });
});

test("a process nobody declared is told without datasets; one that is tried out is known as such", () => {
  expect(told(tried, nothing).map(({ eventType, outputs }) => [eventType, outputs])).toEqual([
    ["START", []],
    ["RUNNING", []],
  ]);
  expect([failed, tried].map(isTest)).toEqual([false, true]);
});

test("the record of a request is read alone and inside a page", () => {
  expect(AsyncRecord.parse({ ...failed })?.executionId).toBe(failed.executionId);
  expect(AsyncRecord.parse({ result: [failed] })?.executionId).toBe(failed.executionId);
  expect(AsyncRecord.parse({ result: [] })).toBeUndefined();
});
