import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOpen, iso, jobEvents, keyOf, logged, monitored } from "./map.ts";
import { Settings } from "./settings.ts";
import { LogPage, MonitorPage, type LogEntry, type MonitorEntry } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const [entry] = LogPage.parse(fixture("log.json")) as [LogEntry];
const [running] = MonitorPage.parse(fixture("monitor.json")) as [MonitorEntry];
const task = { dataset: "GL_LOAD", ledger: "0L", entities: ["DE01", "GB01"], openPeriods: 2, completeThrough: "start" };
const settings = Settings.parse({ tasks: [{ name: "mt_GL_LOAD", ...task }], otherStates: { "9": "aborted" } });
const mapping = { namespace: "informatica://example", settings };
const told = (over: Partial<LogEntry>, errorLog = "") =>
  jobEvents(logged({ ...entry, ...over }, settings), errorLog, mapping).at(-1);
const clean = { failedTargetRows: 0, errorMsg: "" };

test.each<[string, Partial<LogEntry>, string, string | undefined]>([
  ["state 1", { state: 1, ...clean }, "COMPLETE", undefined],
  ["state 2 with rows refused", {}, "COMPLETE", "partial"],
  ["state 2 without", { ...clean, errorMsg: "Cache was rebuilt" }, "COMPLETE", "warning"],
  ["state 3", { state: 3 }, "FAIL", undefined],
  ["state 3, stopped", { state: 3, isStopped: true }, "ABORT", undefined],
  ["a state the settings place", { state: 9, ...clean }, "ABORT", undefined],
  ["a state nobody knows", { state: 7 }, "OTHER", undefined],
])("%s in the log", (_, over, type, qualifier) => {
  expect(told(over)).toMatchObject({ eventType: type, eventTime: "2026-08-01T04:01:55.000Z" });
  expect(told(over)?.run.facets?.tieout_outcome).toEqual(
    expect.objectContaining({ vendorStatus: expect.stringMatching(/^state \d/), ...(qualifier && { qualifier }) }),
  );
});

test.each([
  ["INITIALIZED", "START"],
  ["RUNNING", "RUNNING"],
  ["COMPLETED", "RUNNING"],
  ["STOPPING", "RUNNING"],
  ["FAILED", "FAIL"],
  ["DREAMING", "OTHER"],
])("%s in the monitor is %s, and open until the log has it", (executionState, type) => {
  const job = monitored({ ...running, executionState }, settings);
  expect(jobEvents(job, "", mapping).at(-1)?.eventType).toBe(type);
  expect(isOpen(job)).toBe(true);
  expect(isOpen(logged(entry, settings))).toBe(false);
});

test("rows tie out, and a load of whole tables fills every entity and open period", () => {
  const end = told({});
  expect(end?.run.facets?.tieout_outcome).toMatchObject({ rowsRead: 1203, rowsWritten: 1200, rowsRejected: 3 });
  const place = (entity: string, period: string) =>
    expect.objectContaining({ entity, period, ledger: "0L", completeThrough: "2026-08-01T04:00:04.000Z" });
  expect(end?.outputs[0]?.facets?.tieout_position).toMatchObject({
    positions: [place("DE01", "2026-07"), place("DE01", "2026-08"), place("GB01", "2026-07"), place("GB01", "2026-08")],
  });
});

test("refused rows are told by reason out of the error log, or else in the job's words", () => {
  const errorLog =
    'WRT_8425 no mapping for Cost centre "7710"\nWRT_8425 no mapping for Cost centre "7710"\n\nWhat is this\n';
  expect(told({}, errorLog)?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [
      { code: "unmapped-member", dimension: "Cost centre", member: "7710", count: 2 },
      { code: "unknown", message: "What is this", count: 1 },
    ],
  });
  expect(told({})?.run.facets?.tieout_exceptions).toMatchObject({ exceptions: [{ message: "3 rows rejected" }] });
});

test("a run is known by its task and number, in the monitor as in the log; only UTC times are read", () => {
  expect(keyOf(logged(entry, settings))).toBe("010AB20Z000000000004/118");
  expect(keyOf(monitored(running, settings))).toBe("010AB20Z000000000009/11");
  expect(iso("2026-08-01T04:00:04.000")).toBe("2026-08-01T04:00:04.000Z");
  expect(jobEvents(monitored(running, settings), "", mapping)[0]).toMatchObject({
    eventTime: "2026-08-01T04:10:00.000Z",
    outputs: [],
  });
});
