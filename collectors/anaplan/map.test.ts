import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../csv.ts";
import { lineBefore } from "./load-log.ts";
import { eventsOf, totalsOf, type Reading } from "./map.ts";
import { AnaplanSettings, type Load } from "./settings.ts";
import { failureExceptions, rejectionExceptions } from "./task-outcome.ts";
import { TaskAnswer, ViewData, ViewMetadata, type Task } from "./vendor.ts";
import { viewRows } from "./views.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
const taskIn = (name: string): Task => TaskAnswer.parse(JSON.parse(fixture(name))).task;

const settings = AnaplanSettings.parse({
  workspaceId: "8a81b08e5e9d4f0a015f2c3b7d61e904",
  modelId: "C3A9D27E41B84F6EA05D9B1F7C62E830",
  loads: [
    { process: "Load Actuals {entity}", fills: "Finance.DAT01 Actuals", totalsView: "208000000011", ledger: "0L" },
  ],
});
const [load] = settings.loads as [Load];
const line = {
  batch: "GLA-2026-10-DE01-000123",
  period: "2026-10",
  snapshotAsOf: 1785799000000,
  receivedAt: 1785799990000,
};
const reading = (task: Task, more: Partial<Reading> = {}): Reading => ({
  namespace: "anaplan://meridian",
  process: "Load Actuals DE01",
  entity: "DE01",
  load,
  task,
  line,
  refused: [],
  totals: [],
  ...more,
});
const states = (task: Task) => eventsOf(reading(task), settings).map(({ state }) => state);

describe("states", () => {
  const base = taskIn("task-partial.json");
  test.each([
    ["NOT_STARTED", ["START"]],
    ["IN_PROGRESS", ["START", "RUNNING 2"]],
    ["CANCELLING", ["START", "CANCELLING"]],
    ["CANCELLED", ["START", "ABORT"]],
    ["COMPLETE", ["START", "COMPLETE"]],
    ["SOMETHING_NEW", ["START", "RUNNING 2"]],
  ])("%s", (taskState, expected) => {
    expect(states({ ...base, taskState })).toEqual(expected);
  });

  test("a process being stopped still runs, and says that it aborts", () => {
    const [, aborting] = eventsOf(reading({ ...base, taskState: "CANCELLING" }), settings);
    expect(aborting?.event).toMatchObject({
      eventType: "RUNNING",
      run: { facets: { tieout_outcome: { qualifier: "aborting" } } },
    });
  });

  test("an end without any times still comes after its start", () => {
    const task: Task = { taskId: "A", taskState: "CANCELLED", creationTime: 1785800000123 };
    const [start, end] = eventsOf(reading(task), settings);
    expect([start?.event.eventTime, end?.event.eventTime]).toEqual([
      "2026-08-03T23:33:20.123Z",
      "2026-08-03T23:33:20.124Z",
    ]);
  });
});

describe("COMPLETE that refused rows", () => {
  const task = taskIn("task-partial.json");
  const refused = parseCsv(fixture("dump.csv"));
  const [start, end] = eventsOf(reading(task, { refused }), settings);

  test("is complete in part, with the rows of every step and the time its last step ended", () => {
    expect(end?.event).toMatchObject({
      eventType: "COMPLETE",
      eventTime: new Date(1785800064500).toISOString(),
      run: {
        facets: {
          tieout_outcome: {
            vendorStatus: "COMPLETE",
            qualifier: "partial",
            rowsRead: 1203,
            rowsWritten: 1197,
            rowsRejected: 3,
          },
          tieout_correlation: { correlationId: "GLA-2026-10-DE01-000123" },
        },
      },
    });
  });

  test("says what was refused: member, rows, exact amount, documents; what nobody knows stays unknown", () => {
    expect(end?.event.run.facets?.tieout_exceptions).toMatchObject({
      exceptions: [
        {
          code: "unmapped-member",
          class: "business",
          member: "CC-4711",
          count: 2,
          amount: "75.05",
          currency: "EUR",
          documentRef: "1900000117, 1900000118",
          entity: "DE01",
          period: "2026-10",
        },
        { code: "unknown", message: "Something, of Anaplan's own", count: 1, amount: "0.01" },
      ],
    });
  });

  test("a start says what will be filled, and not how far", () => {
    expect(start?.event.outputs[0]?.facets?.tieout_position).toMatchObject({
      positions: [{ entity: "DE01", ledger: "0L", period: "2026-10", version: "actual" }],
    });
    expect(JSON.stringify(start)).not.toContain("completeThrough");
    expect(end?.event.outputs[0]?.facets?.tieout_position).toMatchObject({
      positions: [{ completeThrough: new Date(1785799000000).toISOString() }],
    });
  });

  test("without a dump the counts of the task remain", () => {
    expect(rejectionExceptions(task, [], settings.dump)).toMatchObject([{ code: "unknown", count: 3 }]);
  });
});

describe("failures", () => {
  test("COMPLETE without success is a failure, quoted", () => {
    const [, end] = eventsOf(reading(taskIn("task-failed.json")), settings);
    expect(end?.event).toMatchObject({
      eventType: "FAIL",
      run: {
        facets: {
          tieout_exceptions: { exceptions: [{ code: "job-failed", class: "technical" }] },
          errorMessage: { message: "uploadedFileNoLongerAvailable: The file is no longer on the server." },
        },
      },
    });
    expect(end?.event.outputs[0]?.facets).not.toHaveProperty("tieout_controlTotals");
  });

  test.each([
    ["moduleImportInvalidTimeEntityIdentifier", "Item not found in calendar", "period-closed-at-target"],
    ["moduleImportInvalidListIdentifier", 'Item not found in list "A": "X"', "unmapped-member"],
    ["moduleImportInvalidListIdentifier", 'Not a valid combination: "X"', "invalid-combination"],
    ["actionFailed", "The password has expired", "credential-expiry"],
    ["actionFailed", "Too many requests", "api-limit"],
    ["missingFields", "A column is missing", "contract-drift"],
    ["hierarchyImportDuplicateSourceKey", "Duplicates", "duplicate-load"],
    ["xyz", "Nobody has seen this", "unknown"],
  ])("%s: %s", (type, localMessageText, code) => {
    const task = structuredClone(taskIn("task-failed.json"));
    const [step] = task.result?.nestedResults ?? [];
    if (step) step.details = [{ type, localMessageText, values: [] }];
    expect(failureExceptions(task)).toMatchObject([{ code, message: `${type}: ${localMessageText}` }]);
  });
});

describe("totals", () => {
  const { metadata, data } = JSON.parse(fixture("view-totals.json")) as { metadata: unknown; data: unknown };
  const rows = viewRows(ViewMetadata.parse(metadata), ViewData.parse(data));

  test("each account's measures as exact decimals; empty and broken cells are left out, other entities too", () => {
    const totals = totalsOf(rows, { entity: "DE01", period: "2026-10" }, load, settings.totals);
    expect(totals.map(({ account, measure, value }) => [account, measure, value].join(" "))).toEqual([
      "400000 count 12",
      "400000 debit 15000000",
      "400000 credit 0",
      "400000 net 15000000",
      "471100 count 3",
      "471100 debit 0.1",
      "471100 credit 99.9",
      "471100 net -99.8",
    ]);
    expect(totals[0]).toMatchObject({ currency: "EUR", ledger: "0L", correlationId: "GLA-2026-10-DE01-000123" });
  });

  test("a load without a view counts the rows it wrote", () => {
    const counted = { ...load, totalsView: undefined };
    const [, end] = eventsOf(reading(taskIn("task-partial.json"), { load: counted }), settings);
    expect(end?.event.outputs[0]?.facets?.tieout_controlTotals).toMatchObject({
      totals: [{ measure: "count", value: "1197", account: "" }],
    });
  });
});

test("a task belongs to the last line written before it", () => {
  const lines = [30, 10, 20].map((receivedAt) => ({ ...line, receivedAt }));
  expect(lineBefore(lines, 25)?.receivedAt).toBe(20);
  expect(lineBefore(lines, 30)?.receivedAt).toBe(30);
  expect(lineBefore(lines, 9)).toBeNull();
});

test.each([
  ["quotes, commas and line ends inside cells", 'a,b\r\n"1,""x""","l1\nl2"\r\n', [{ a: '1,"x"', b: "l1\nl2" }]],
  ["no line end at the end", "a,b\n1,2", [{ a: "1", b: "2" }]],
  ["an empty last cell", "a,b\n1,", [{ a: "1", b: "" }]],
  ["nothing", "", []],
])("csv: %s", (_, text, rows) => {
  expect(parseCsv(text)).toEqual(rows);
});
