import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deadLetterEvents, isOpen, runLineEvents, runLineOf, type SeenLine } from "./map.ts";
import { Settings, type App } from "./settings.ts";
import { LogPage, QueueHistory } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const settings = Settings.parse({
  organizationId: "org",
  environmentId: "env",
  apps: [{ name: "finance-gl", flows: [{ name: "gl-journals", dataset: "gl", ledger: "0L" }] }],
});
const [app] = settings.apps as [App];
const namespace = "mulesoft://example";
const log = LogPage.parse(fixture("log.json"));
const seen = log.flatMap((line) => runLineOf(app, line, settings) ?? []);
const [first, last] = seen as [SeenLine, SeenLine];
const stateOf = (state: string) => runLineEvents({ ...last, line: { ...last.line, state } }, namespace).at(-1);

test("only whole run lines are taken out of a log, however it writes times and lists", () => {
  expect(seen.map(({ at, line }) => `${at} ${line.state}`)).toEqual([
    "2026-08-01T02:00:00.000Z started",
    "2026-08-01T02:03:00.250Z partial",
  ]);
  expect(seen.map(isOpen)).toEqual([true, false]);
  expect(LogPage.parse({ items: fixture("log.json") })).toEqual(log);
});

test.each([
  ["started", "RUNNING"],
  ["Running", "RUNNING"],
  ["complete", "COMPLETE"],
  ["partial", "COMPLETE"],
  ["failed", "FAIL"],
  ["stopped", "ABORT"],
  ["pondering", "OTHER"],
])("%s is told as %s", (state, type) => {
  // What is under way says no more than its START.
  expect(stateOf(state)?.eventType ?? "").toBe(type === "RUNNING" ? "START" : type);
});

test("the last line alone tells the whole run, its start as the first line told it", () => {
  const [start, end] = runLineEvents(last, namespace);
  expect(start).toEqual(runLineEvents(first, namespace)[0]);
  const place = { entity: "DE01", ledger: "0L", period: "2026-07", version: "actual" };
  expect(end?.run.facets).toMatchObject({
    tieout_outcome: { vendorStatus: "partial", qualifier: "partial", rowsRead: 1203, rowsRejected: 3 },
    tieout_correlation: { correlationId: "GLA-2026-07-DE01-000004" },
    tieout_exceptions: {
      exceptions: [{ code: "unmapped-member", dimension: "Cost centre", member: "7710", count: 3, entity: "DE01" }],
    },
  });
  expect(end?.outputs[0]?.facets).toMatchObject({
    tieout_position: { positions: [{ ...place, completeThrough: "2026-08-01T01:55:00.000Z" }] },
    tieout_controlTotals: {
      totals: [
        { ...place, currency: "EUR", measure: "count", value: "1200" },
        { ...place, currency: "EUR", measure: "net", value: "-81204.55" },
      ],
    },
  });
});

test.each([
  ["HTTP:TIMEOUT: Timeout exceeded.", "job-failed"],
  ["HTTP:UNAUTHORIZED: unauthorized (401)", "credential-expiry"],
  ["The sun was in its eyes", "unknown"],
])("a flow that failed with %s means %s", (error, code) => {
  const failed = runLineEvents({ ...last, line: { ...last.line, state: "failed", error } }, namespace).at(-1);
  expect(failed?.run.facets?.tieout_exceptions).toMatchObject({ exceptions: [{ code, message: error }] });
});

test("each sample that took dead letters in is a failure of its queue, told once", () => {
  const history = QueueHistory.parse(fixture("queue.json"));
  const told = deadLetterEvents("gl-journals-dlq", history, "2026-08-01T02:00:00.000Z", namespace);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({
    eventType: "FAIL",
    eventTime: "2026-08-01T02:20:00.000Z",
    job: { name: "gl-journals-dlq" },
  });
  expect(told[0]?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [
      { code: "queue-backlog", count: 2, message: "2 messages were given up to gl-journals-dlq, which holds 5." },
    ],
  });
});
