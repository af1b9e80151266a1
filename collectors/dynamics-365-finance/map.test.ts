import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseExact } from "lossless-json";
import { describe, expect, test } from "vitest";
import { ledgerLines } from "./ledger.ts";
import { executionEvents, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { Activity, ExecutionDetail, page } from "./vendor.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
const namespace = "d365://contoso";
const settings = Settings.parse({
  tenantId: "4d1f0c2e-9a55-4c0e-8f43-7a1e5b0d2c66",
  jobs: [{ name: "GL_ACTUALS_{entity}", dataset: "GL_ACTUALS", completeThrough: "start" }],
  ledger: { ledgers: { 5637144576: "USMF" }, currencies: { USMF: "USD" } },
});
const rows = page(ExecutionDetail).parse(JSON.parse(fixture("executions.json"))).value;
const [journal] = rows as [ExecutionDetail];
const ended = (TargetStatus: string): ExecutionDetail[] => [{ ...journal, TargetStatus }];
const eventsOf = (of: ExecutionDetail[], errors: string[] = []) => executionEvents(of, errors, { namespace, settings });

describe("states", () => {
  test.each([
    ["Executing", "running"],
    ["Succeeded", "complete"],
    ["PartiallySucceeded", "partial"],
    ["Failed", "failed"],
    ["Canceled", "aborted"],
    ["Waiting", "queued"],
    ["Finished", "complete"],
    ["Error", "failed"],
    ["Unknown", null],
  ])("%s is %s", (status, state) => {
    expect(stateOf(ended(status), settings)).toBe(state);
  });

  test("an execution stands where its worst entity stands, and runs while one of them does", () => {
    expect(stateOf(rows, settings)).toBe("failed");
    expect(stateOf([...ended("Error"), ...ended("Executing")], settings)).toBe("running");
    expect(stateOf([...ended("Finished"), ...ended("Waiting")], settings)).toBe("running");
    expect(stateOf([...ended("Finished"), ...ended("PartiallySucceeded")], settings)).toBe("partial");
  });

  test("while only the staging has begun the execution runs; a staging that failed decides", () => {
    expect(stateOf([{ ...journal, TargetStatus: "NotRun" }], settings)).toBe("running");
    expect(stateOf([{ ...journal, StagingStatus: "Error", TargetStatus: "NotRun" }], settings)).toBe("failed");
    const staged = { ...settings, jobs: [{ ...settings.jobs[0]!, decides: "staging" as const }] };
    expect(stateOf([{ ...journal, TargetStatus: "NotRun" }], staged)).toBe("complete");
  });
});

describe("an execution", () => {
  test("that failed tells when, what it was to fill and why", () => {
    const text = "15 records: The value 'CC-7710' in field 'CostCenter' is not found in the related table";
    const [start, begun, end] = eventsOf(rows, [text]);
    expect([start, begun, end].map((event) => [event?.eventType, event?.eventTime])).toEqual([
      ["START", "2026-10-31T23:00:04.000Z"],
      ["RUNNING", "2026-10-31T23:00:04.001Z"],
      ["FAIL", "2026-10-31T23:01:10.000Z"],
    ]);
    const position = { entity: "USMF", ledger: "", period: "2026-10", version: "actual" };
    expect(start?.outputs[0]?.facets).toMatchObject({ tieout_position: { positions: [position] } });
    expect(end?.run.facets).toMatchObject({
      tieout_correlation: { correlationId: "GLA-2026-10-USMF-0042" },
      tieout_outcome: { vendorStatus: "Error" },
      tieout_exceptions: {
        exceptions: [
          { code: "unmapped-member", member: "CC-7710", dimension: "CostCenter", count: 15, entity: "USMF" },
        ],
      },
    });
  });

  test("complete in part counts what was not taken over", () => {
    const end = eventsOf([{ ...journal, TargetStatus: "PartiallySucceeded" }, rows[1]!]).at(-1);
    expect(end?.eventType).toBe("COMPLETE");
    expect(end?.run.facets?.tieout_outcome).toMatchObject({
      ...{ vendorStatus: "PartiallySucceeded", qualifier: "partial" },
      ...{ rowsRead: 1944, rowsWritten: 1929, rowsRejected: 15 },
    });
    expect(end?.outputs[0]?.facets).toMatchObject({
      tieout_position: { positions: [{ completeThrough: "2026-10-31T23:00:04.000Z" }] },
    });
  });

  test("without any time is not told before it begins", () => {
    const waiting = { ...journal, StagingStatus: "NotRun", TargetStatus: "NotRun" };
    expect(eventsOf([{ ...waiting, StagingStartDateTime: "1900-01-01T00:00:00Z" }])).toEqual([]);
  });
});

test.each([
  ["The combination 620000-2200 for account structure is not valid", "invalid-combination"],
  ["Fiscal period for date 10/31/2026 is not open", "period-closed-at-target"],
  ["Cannot create a record. The record already exists.", "duplicate-load"],
  ["Budget control: the available budget is exceeded for account 601000", "budget-overrun"],
  ["Deadlock, where one or more users have locked the table", "job-failed"],
  ["Qwerty", "unknown"],
])("%s means %s", (text, code) => {
  expect(eventsOf(rows, [text]).at(-1)?.run.facets).toMatchObject({
    tieout_exceptions: { exceptions: [{ code, message: text }] },
  });
});

describe("the ledger's aggregate", () => {
  const answer = parseExact(fixture("activities.json"), null, (digits) => digits);
  const activities = page(Activity).parse(answer).value;

  test("keeps RecIds of 64 bits apart and amounts digit for digit", () => {
    const numbers = new Map([
      ["9007199254740993001", "601000"],
      ["9007199254740993002", "401000"],
    ]);
    expect(ledgerLines(activities, numbers, settings.ledger!)).toEqual([
      { entity: "USMF", period: "2026-10", account: "601000", currency: "USD", net: "120450.25" },
      { entity: "USMF", period: "2026-10", account: "601000", currency: "USD", net: "0.1" },
      { entity: "USMF", period: "2026-10", account: "401000", currency: "USD", net: "-120450.35" },
    ]);
  });

  test("has no accounts where their numbers are not read, and names one that is missing by its RecId", () => {
    expect(ledgerLines(activities, null, settings.ledger!).map(({ account }) => account)).toEqual(["", "", ""]);
    expect(ledgerLines(activities, new Map(), settings.ledger!)[0]?.account).toBe("RecId 9007199254740993001");
  });
});
