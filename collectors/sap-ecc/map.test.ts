import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runIdOf } from "../run-id.ts";
import { changedAt, keyOf, ledgerLine, rowEvents, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { abapDecimal, IdocPage, JobPage, type Idoc, type Job } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const namespace = "ecc://acme-100";
const middleware = { namespace: "cpi://acme-prd", job: "Post journal {entity}" };
const settings = Settings.parse({
  client: "100",
  timeZone: "America/Chicago",
  jobs: [
    { name: "Z_GL_ACTUALS_{entity}", dataset: "GL_ACTUALS_FILE", completeThrough: "start" },
    { name: "FIDCC2 EPM_PRD {entity}", dataset: "FIDCC2" },
    { name: "ACC_DOCUMENT CPI_PRD {entity}", dataset: "BKPF", middleware },
  ],
});
const [outbound, inbound] = IdocPage.parse(fixture("idocs.json")).d.results as [Idoc, Idoc];
const [extract, waiting] = JobPage.parse(fixture("jobs.json")).d.results as [Job, Job];
const eventsOf = (row: Parameters<typeof rowEvents>[0]) => rowEvents(row, { namespace, settings });

describe("states", () => {
  test.each([
    ["01", "queued"],
    ["30", "queued"],
    ["64", "queued"],
    ["03", "running"],
    ["18", "running"],
    ["62", "running"],
    ["12", "complete"],
    ["53", "complete"],
    ["52", "partial"],
    ["02", "failed"],
    ["51", "failed"],
    ["56", "failed"],
    ["68", "aborted"],
    ["31", "aborted"],
    ["70", "superseded"],
    ["73", null],
    ["74", null],
  ])("an IDoc with %s is %s", (STATUS, state) => {
    expect(stateOf({ idoc: { ...outbound, STATUS } }, settings)).toBe(state);
  });

  test.each([
    ["P", "queued"],
    ["S", "queued"],
    ["Y", "queued"],
    ["R", "running"],
    ["Z", "paused"],
    ["F", "complete"],
    ["A", "failed"],
    ["X", null],
  ])("a job with %s is %s", (STATUS, state) => {
    expect(stateOf({ job: { ...extract, STATUS } }, settings)).toBe(state);
  });

  test("what was handed to a port may be the end; a job cancelled by hand is no crash", () => {
    const handed = { idoc: { ...outbound, STATUS: "03" } };
    expect(stateOf(handed, { ...settings, handedToPort: "complete" })).toBe("complete");
    expect(stateOf({ job: { ...extract, STATUS: "A", LOG: "Job cancelled by user BASIS01" } }, settings)).toBe(
      "aborted",
    );
  });
});

describe("a background job", () => {
  test("is told in UTC, with what it filled", () => {
    const [start, begun, end] = eventsOf({ job: extract });
    expect([start, begun, end].map((event) => [event?.eventType, event?.eventTime])).toEqual([
      ["START", "2026-11-01T04:00:00.000Z"],
      ["RUNNING", "2026-11-01T04:00:01.000Z"],
      ["COMPLETE", "2026-11-01T04:04:12.000Z"],
    ]);
    expect(start?.run.runId).toBe(runIdOf(namespace, "Z_GL_ACTUALS_US01/23000100"));
    expect(end?.run.facets).toMatchObject({ tieout_correlation: { correlationId: "GLA-2026-10-US01-000417" } });
    const position = { entity: "US01", period: "2026-10", completeThrough: "2026-11-01T04:00:01.000Z" };
    expect(end?.outputs[0]?.facets).toMatchObject({ tieout_position: { positions: [position] } });
  });

  test("that waits has begun nothing", () => {
    expect(eventsOf({ job: waiting }).map((event) => [event.eventType, event.outputs])).toEqual([["START", []]]);
    expect(changedAt({ job: waiting }, settings)).toBe("2026-11-01T04:10:00.000Z");
  });
});

describe("an IDoc", () => {
  test("is named by its message type, partner and company code", () => {
    const end = eventsOf({ idoc: outbound }).at(-1);
    expect(keyOf({ idoc: outbound })).toBe("0000000004711234");
    expect(end).toMatchObject({ eventType: "FAIL", job: { name: "FIDCC2 EPM_PRD US01" } });
    expect(end?.run.facets).toMatchObject({
      tieout_outcome: { vendorStatus: "02" },
      tieout_exceptions: { exceptions: [{ code: "job-failed", entity: "US01", period: "2026-10" }] },
    });
    expect(end?.run.facets).not.toHaveProperty("jobDependencies");
  });

  test("that came by the middleware names the message it was there, and what was not posted", () => {
    const [start, end] = eventsOf({ idoc: inbound });
    const message = { run: { runId: runIdOf("cpi://acme-prd", inbound.ARCKEY!) }, job: { name: "Post journal US01" } };
    expect(start?.run.facets?.jobDependencies).toMatchObject({ upstream: [message] });
    expect(end).toMatchObject({ eventType: "COMPLETE", job: { name: "ACC_DOCUMENT CPI_PRD US01" } });
    expect(end?.run.facets).toMatchObject({
      tieout_outcome: { vendorStatus: "52", qualifier: "partial" },
      tieout_exceptions: {
        exceptions: [{ code: "unmapped-member", dimension: "Cost center", member: "1000/7710", count: 3 }],
      },
    });
  });
});

test.each([
  ["Posting period 010 2026 is not open", "period-closed-at-target"],
  ["Account 620000 requires an assignment to a CO object", "invalid-combination"],
  ["Company code US09 does not exist", "missing-entity"],
  ["Document 4711 has already been posted", "duplicate-load"],
  ["Balance in transaction currency", "control-total-gap"],
  ["No partner profile: outbound parameters", "contract-drift"],
  ["Password logon no longer possible", "credential-expiry"],
  ["Job cancelled after system exception ERROR_MESSAGE", "job-failed"],
  ["Qwerty", "unknown"],
])("%s means %s", (STATXT, code) => {
  expect(eventsOf({ idoc: { ...outbound, STATXT } }).at(-1)?.run.facets).toMatchObject({
    tieout_exceptions: { exceptions: [{ code, message: STATXT }] },
  });
});

test("decimals of ABAP have their minus behind; debits and credits become gross", () => {
  expect(["120.50-", "  7.00 ", " 3.1 -"].map(abapDecimal)).toEqual(["-120.50", "7.00", "-3.1"]);
  const total = { RBUKRS: "US01", RYEAR: "2026", POPER: "010", RACCT: "0000400000", RTCUR: "USD" };
  expect(ledgerLine({ ...total, DEBIT: "10.00", CREDIT: "120.50-", ITEMS: " 7" })).toEqual({
    ...{ entity: "US01", period: "2026-10", account: "0000400000", currency: "USD" },
    ...{ count: "7", debit: "10.00", credit: "120.50" },
  });
});
