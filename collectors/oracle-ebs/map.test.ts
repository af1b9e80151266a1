import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runIdOf } from "../run-id.ts";
import { jobNameOf, ledgerLines, requestEvents, standingsOf, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { BalanceList, faultIn, RequestList, type ConcurrentRequest } from "./vendor.ts";

const fixture: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", "requests.json"), "utf8"));
const namespace = "ebs://acme";
const settings = Settings.parse({
  context: { responsibility: "TIEOUT_MONITOR", respApplication: "SQLGL" },
  timeZone: "America/New_York",
  jobs: [
    {
      ...{ name: "Journal Import {entity}", dataset: "GL_JE_LINES" },
      ...{ arguments: { batch: 2, period: 3 }, warningMeans: "partial" },
    },
  ],
  ledger: { ledgerId: "2021", entities: { 101: "US01" }, accounts: { from: "40000", to: "69999" } },
});
const [request, parent] = RequestList.parse(fixture).OutputParameters.X_REQUESTS as [
  ConcurrentRequest,
  ConcurrentRequest,
];
const eventsOf = (of: ConcurrentRequest, by: ConcurrentRequest | null = null) =>
  requestEvents(of, by, { namespace, settings });

describe("phase and status", () => {
  test.each([
    ["P", "I", "queued"],
    ["P", "Q", "queued"],
    ["P", "Z", "queued"],
    ["P", "H", "held"],
    ["R", "R", "running"],
    ["R", "W", "running"],
    ["R", "B", "running"],
    ["R", "T", "aborting"],
    ["R", "S", "paused"],
    ["C", "C", "complete"],
    ["C", "G", "partial"],
    ["C", "E", "failed"],
    ["C", "D", "aborted"],
    ["C", "X", "aborted"],
    ["I", "M", "held"],
    ["C", "?", null],
  ])("%s %s is %s", (PHASE_CODE, STATUS_CODE, state) => {
    expect(stateOf({ ...request, PHASE_CODE, STATUS_CODE }, settings)).toBe(state);
  });

  test("a warning of a program nobody declared stays a warning", () => {
    expect(stateOf({ ...request, DESCRIPTION: null }, settings)).toBe("warning");
  });
});

describe("a request", () => {
  test("is told in UTC, with what it filled, its batch, what was refused and who submitted it", () => {
    const [start, begun, end] = eventsOf(request, parent);
    expect([start, begun, end].map((event) => [event?.eventType, event?.eventTime])).toEqual([
      ["START", "2026-11-01T03:01:02.000Z"],
      ["RUNNING", "2026-11-01T03:01:10.000Z"],
      ["COMPLETE", "2026-11-01T03:04:55.000Z"],
    ]);
    const position = { entity: "US01", ledger: "", period: "2026-10", version: "actual" };
    expect(start?.outputs[0]?.facets?.tieout_position).toMatchObject({ positions: [position] });
    expect(start?.run.facets?.parent).toMatchObject({
      ...{ run: { runId: runIdOf(namespace, "7701240") }, job: { name: "FNDRSSUB" } },
    });
    expect(end?.run.facets).toMatchObject({
      tieout_correlation: { correlationId: "4711" },
      tieout_outcome: { vendorStatus: "C G", qualifier: "partial" },
      tieout_exceptions: {
        exceptions: [{ code: "unmapped-member", member: "7710", dimension: "Cost Center", count: 3, entity: "US01" }],
      },
    });
  });

  test("is named by its description without our mark where that is declared, else by its program", () => {
    expect(jobNameOf({ ...request, DESCRIPTION: "Journal Import US01 [request-1]" }, settings)).toBe(
      "Journal Import US01",
    );
    expect(jobNameOf({ ...request, DESCRIPTION: "Nightly" }, settings)).toBe("GLLEZL");
  });

  test("that no manager runs is told as held, with the reason", () => {
    const idle = { ...request, PHASE_CODE: "I", STATUS_CODE: "M", ACTUAL_START_DATE: null };
    const last = eventsOf({ ...idle, ACTUAL_COMPLETION_DATE: null }).at(-1);
    expect(last).toMatchObject({ eventType: "OTHER" });
    expect(last?.run.facets).toMatchObject({
      tieout_outcome: { vendorStatus: "I M", qualifier: "held" },
      tieout_exceptions: { exceptions: [{ code: "queue-backlog" }] },
    });
  });
});

test.each([
  ["EF04 invalid accounting flexfield", "invalid-combination"],
  ["EP01: the period is not open", "period-closed-at-target"],
  ["Journal is out of balance", "control-total-gap"],
  ["ORA-00001: unique constraint violated", "duplicate-load"],
  ["ORA-01017: invalid username/password; logon denied", "credential-expiry"],
  ["ORA-00942: table or view does not exist", "contract-drift"],
  ["ORA-01555: snapshot too old", "job-failed"],
  ["Journal Import completed with 3 errors", "job-failed"],
  ["Qwerty", "unknown"],
])("%s means %s", (COMPLETION_TEXT, code) => {
  const end = eventsOf({ ...request, STATUS_CODE: "E", COMPLETION_TEXT }).at(-1);
  expect(end?.run.facets).toMatchObject({ tieout_exceptions: { exceptions: [{ code, message: COMPLETION_TEXT }] } });
});

test("closing statuses tell whether periods take postings", () => {
  const rows = ["N", "F", "O", "C", "P", "?"].map((CLOSING_STATUS) => ({ PERIOD_NAME: "Oct-26", CLOSING_STATUS }));
  expect(
    standingsOf(rows, settings.ledger!).map(({ entity, period, status }) => `${entity} ${period} ${status}`),
  ).toEqual([
    "US01 2026-10 future",
    "US01 2026-10 future",
    "US01 2026-10 open",
    "US01 2026-10 closed",
    "US01 2026-10 locked",
  ]);
});

describe("answers of the gateway", () => {
  const row = {
    ...{ SEGMENT: "101", PERIOD_NAME: "OCT-26", ACCOUNT: "41000", CURRENCY_CODE: "USD" },
    ...{ PERIOD_NET_DR: "10.5", PERIOD_NET_CR: "120450.25" },
  };
  const read = (X_TOTALS: unknown) => BalanceList.parse({ OutputParameters: { X_TOTALS } }).OutputParameters.X_TOTALS;

  test("hold tables of several items, of one by itself, or nothing", () => {
    expect(read({ X_TOTALS_ITEM: [row, row] })).toHaveLength(2);
    expect(read({ X_TOTALS_ITEM: row })).toEqual([row]);
    expect(read(null)).toEqual([]);
  });

  test("become lines of the entities declared", () => {
    expect(ledgerLines(read({ X_TOTALS_ITEM: [row, { ...row, SEGMENT: "999" }] }), settings.ledger!)).toEqual([
      { entity: "US01", period: "2026-10", account: "41000", currency: "USD", debit: "10.5", credit: "120450.25" },
    ]);
  });

  test("may be a fault whatever their status", () => {
    expect(faultIn({ ISGServiceFault: { Code: "ISG_NO_GRANT", Message: "No grant" } })).toBe("ISG_NO_GRANT: No grant");
    expect(faultIn(fixture)).toBeNull();
  });
});
