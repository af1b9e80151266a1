import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseExact } from "lossless-json";
import { describe, expect, test } from "vitest";
import { runIdOf } from "../run-id.ts";
import { ledgerLines } from "./ledger.ts";
import { jobNameOf, requestEvents, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { BalancePage, EssRequest } from "./vendor.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
const namespace = "fusion://acme";
const job = { name: "Import Journals {entity}", dataset: "GL_JE_LINES", arguments: { period: 2, batch: 3 } };
const settings = Settings.parse({ jobs: [{ ...job, warningMeans: "partial" }] });
const request = EssRequest.parse(JSON.parse(fixture("request.json")));
const eventsOf = (of: EssRequest, parent: EssRequest | null = null) =>
  requestEvents(of, parent, { namespace, settings });

describe("states", () => {
  test.each([
    ["WAIT", "queued"],
    ["BLOCKED", "queued"],
    ["HOLD", "held"],
    ["RUNNING", "running"],
    ["COMPLETED", "running"],
    ["PAUSED", "running"],
    ["ERROR_AUTO_RETRY", "running"],
    ["CANCELLING", "aborting"],
    ["SUCCEEDED", "complete"],
    ["FINISHED", "complete"],
    ["WARNING", "partial"],
    ["ERROR", "failed"],
    ["VALIDATION_FAILED", "failed"],
    ["EXPIRED", "failed"],
    ["CANCELLED", "aborted"],
    ["UNKNOWN", null],
  ])("%s is %s", (state, expected) => {
    expect(stateOf({ ...request, state }, settings)).toBe(expected);
  });

  test("a warning of a program nobody declared stays a warning; a schedule's end is no failure", () => {
    const other = { ...request, description: "Nightly purge" };
    expect(stateOf(other, settings)).toBe("warning");
    expect(stateOf({ ...other, state: "SCHEDULE_ENDED", processStartTime: null }, settings)).toBe("complete");
    expect(stateOf({ ...other, state: "SCHEDULE_ENDED" }, settings)).toBe("failed");
  });
});

describe("a request", () => {
  test("is named by its description without our mark, or as the vendor names the job", () => {
    expect(jobNameOf(request, settings)).toBe("Import Journals US01");
    expect(jobNameOf({ ...request, description: "Nightly purge" }, settings)).toBe("JournalImportLauncher");
    expect(jobNameOf({ ...request, description: null, jobDisplayName: "Import Journals" }, settings)).toBe(
      "Import Journals",
    );
  });

  test("tells what it filled, which batch it carried and what was refused", () => {
    const [start, begun, end] = eventsOf(request);
    expect([start, begun, end].map((event) => [event?.eventType, event?.eventTime])).toEqual([
      ["START", "2026-10-31T23:00:01.120Z"],
      ["RUNNING", "2026-10-31T23:00:09.004Z"],
      ["COMPLETE", "2026-10-31T23:02:42.310Z"],
    ]);
    const position = { entity: "US01", ledger: "", period: "2026-10", version: "actual" };
    for (const event of [start, end]) {
      expect(event?.outputs[0]?.facets?.tieout_position).toMatchObject({ positions: [position] });
      // An import brings what was taken from the books earlier; until when it is complete is not known.
      expect(JSON.stringify(event?.outputs)).not.toContain("completeThrough");
    }
    expect(end?.run.facets).toMatchObject({
      tieout_correlation: { correlationId: "GLA-2026-10-US01-000417" },
      tieout_outcome: { vendorStatus: "WARNING", qualifier: "partial" },
      tieout_exceptions: {
        exceptions: [
          { code: "unmapped-member", member: "7710", dimension: "Cost Center", count: 3, period: "2026-10" },
        ],
      },
    });
  });

  test("submitted by another names its parent", () => {
    const parent = { ...request, requestId: 4082801, description: "Load and import US01", jobDisplayName: "Load" };
    expect(eventsOf(request, parent)[0]?.run.facets?.parent).toMatchObject({
      run: { runId: runIdOf(namespace, "4082801") },
      job: { namespace, name: "Load" },
    });
  });

  test("that failed without a text tells the cause", () => {
    const silent = { ...request, state: "ERROR", cause: "PROCESS_TIMED_OUT", errorWarningMessage: null };
    const end = eventsOf(silent).at(-1);
    expect(end?.eventType).toBe("FAIL");
    expect(end?.run.facets).toMatchObject({
      tieout_exceptions: { exceptions: [{ code: "job-failed", message: "PROCESS_TIMED_OUT" }] },
      errorMessage: { message: "PROCESS_TIMED_OUT" },
    });
  });

  test("whose state nobody can place is left as it was", () => {
    expect(eventsOf({ ...request, state: "UNKNOWN" }).map((event) => event.eventType)).toEqual([
      "START",
      "RUNNING",
      "OTHER",
    ]);
  });
});

test.each([
  ["EF04: This is an invalid account combination", "invalid-combination"],
  ["EP01: This date isn't in an open or future enterable period", "period-closed-at-target"],
  ["WU01: The journal is out of balance", "control-total-gap"],
  ["Intercompany journal doesn't match its counterpart, unable to balance intercompany", "intercompany-imbalance"],
  ["The file was already processed", "duplicate-load"],
  ["REQUEST_LOGIN_ERROR", "credential-expiry"],
  ["METADATA_NOT_FOUND", "contract-drift"],
  ["ORA-00060: deadlock detected while waiting for resource", "job-failed"],
  ["Qwerty", "unknown"],
])("%s means %s", (text, code) => {
  const end = eventsOf({ ...request, state: "ERROR", errorWarningMessage: text }).at(-1);
  expect(end?.run.facets).toMatchObject({ tieout_exceptions: { exceptions: [{ code, message: text }] } });
});

test("balances become net activity by natural account, digit for digit", () => {
  const { items } = BalancePage.parse(parseExact(fixture("balances.json"), null, (digits) => digits));
  const book = { ledgerName: "US Primary", currency: "USD", combination: "101-%-%" };
  const { ledger } = Settings.parse({
    ledger: { entities: { US01: book }, accountSegment: 2, accounts: { from: "40000", to: "69999" } },
  });
  expect(ledgerLines(items, { entity: "US01", period: "2026-10" }, ledger!)).toEqual([
    { entity: "US01", period: "2026-10", account: "41000", currency: "USD", net: "-120450.25" },
    { entity: "US01", period: "2026-10", account: "60100", currency: "USD", net: "0.10" },
  ]);
});
