import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { periodAt } from "../placing.ts";
import { codeOf, integrationRunEvents, stateOf, versionOf } from "./map.ts";
import { CoupaSettings } from "./settings.ts";
import { RunList, type IntegrationError, type IntegrationRun } from "./vendor.ts";

const read = readFileSync(join(import.meta.dirname, "fixtures/runs.json"), "utf8");
const [withErrors, clean, running] = RunList.parse(JSON.parse(read)) as [
  IntegrationRun,
  IntegrationRun,
  IntegrationRun,
];
const settings = CoupaSettings.parse({
  jobs: [
    { name: "INV_TO_ERP_{entity}", dataset: "Invoices", closeDays: 5, zone: "Europe/Berlin", completeThrough: "start" },
  ],
});
const told = (run: IntegrationRun) => integrationRunEvents(run, { namespace: "coupa://meridian", settings });
const failing = (message: string): IntegrationRun => {
  const error: IntegrationError = { id: "1", responses: [{ "response-message": message }] };
  return { ...withErrors, status: "failed", "integration-errors": [error] };
};

describe("statuses", () => {
  test.each([
    ["pending", "queued"],
    ["running", "running"],
    ["paused", "paused"],
    ["Successful", "complete"],
    ["failed", "failed"],
    ["errored", "failed"],
    ["Something new", null],
  ])("%s is %s", (status, state) => {
    expect(stateOf({ ...clean, status }, settings)).toBe(state);
  });

  test("what was left behind makes a run complete in part: errors not resolved, or records not processed", () => {
    expect(stateOf(withErrors, settings)).toBe("partial");
    expect(stateOf({ ...withErrors, "integration-errors": [] }, settings)).toBe("partial");
    expect(stateOf({ ...withErrors, "integration-errors": [], "records-processed": 240 }, settings)).toBe("complete");
  });

  test("a failed run whose errors say that it was stopped is stopped", () => {
    expect(stateOf(failing("Run was cancelled by its caller"), settings)).toBe("aborted");
  });

  test("an error that is resolved later is news", () => {
    const resolved = structuredClone(withErrors);
    for (const error of resolved["integration-errors"] ?? []) error.resolved = true;
    expect(versionOf(resolved)).not.toBe(versionOf(withErrors));
  });
});

test("errors are counted by what they say, with their documents; resolved ones are not", () => {
  const end = told(withErrors).at(-1);
  expect(end).toMatchObject({
    eventType: "COMPLETE",
    eventTime: "2026-08-01T02:06:44.000Z",
    run: {
      facets: {
        tieout_outcome: {
          vendorStatus: "successful",
          qualifier: "partial",
          rowsRead: 240,
          rowsWritten: 238,
          rowsRejected: 2,
        },
        tieout_exceptions: {
          exceptions: [
            {
              ...{
                code: "master-mismatch",
                class: "business",
                message: "E42: Vendor blocked",
                count: 2,
                entity: "DE01",
              },
              documentRef: "InvoiceHeader 900812, InvoiceHeader 900813",
            },
          ],
        },
      },
    },
  });
});

test("period and batch are what the run's flow says, and else what its day says", () => {
  const position = (run: IntegrationRun) => told(run).at(-1)?.outputs[0]?.facets?.["tieout_position"];
  expect(position(clean)).toMatchObject({
    positions: [{ entity: "DE01", period: "2026-07", completeThrough: "2026-08-06T02:00:05.000Z" }],
  });
  expect(position(withErrors)).toMatchObject({ positions: [{ period: "2026-07" }] });
  expect(told(clean).at(-1)?.run.facets).toMatchObject({
    tieout_correlation: { correlationId: "INV-2026-07-DE01-000007" },
  });
  expect(told(clean).at(-1)?.outputs[0]?.facets).toMatchObject({
    tieout_controlTotals: {
      totals: [{ measure: "count", value: "12", account: "", correlationId: "INV-2026-07-DE01-000007" }],
    },
  });
});

test.each([
  ["2026-07-31T21:59:00Z", "2026-07"],
  ["2026-07-31T22:30:00Z", "2026-07"],
  ["2026-08-05T12:00:00Z", "2026-07"],
  ["2026-08-06T12:00:00Z", "2026-08"],
  ["2026-01-02T12:00:00Z", "2025-12"],
])("a run at %s fills %s", (instant, period) => {
  expect(periodAt(instant, { closeDays: 5, zone: "Europe/Berlin" })).toBe(period);
});

test("an integration nobody declared is told by its name, its times read as UTC, and fills nothing", () => {
  expect(codeOf(running)).toBe("Suppliers");
  expect(told(running).map(({ eventType, eventTime, outputs }) => [eventType, eventTime, outputs.length])).toEqual([
    ["START", "2026-08-06T03:00:04.000Z", 0],
    ["RUNNING", "2026-08-06T03:00:05.000Z", 0],
  ]);
});

test.each([
  ["Account period 2026-07 is closed", "period-closed-at-target"],
  ["Line exceeds the budget", "budget-overrun"],
  ['Cost center "7710" is not a valid lookup value', "unmapped-member"],
  ["Segment combination not allowed", "invalid-combination"],
  ["Invoice number has already been taken", "duplicate-load"],
  ["401 Unauthorized", "credential-expiry"],
  ["429 Too many requests", "api-limit"],
  ["Missing column Chart of accounts", "contract-drift"],
  ["The file could not be parsed", "job-failed"],
  ["Nobody has seen this", "unknown"],
])("%s is %s", (message, code) => {
  expect(told(failing(message)).at(-1)?.run.facets?.["tieout_exceptions"]).toMatchObject({
    exceptions: [{ code, message }],
  });
});
