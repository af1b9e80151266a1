import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ledgerEvents } from "../ledger-book.ts";
import { PRODUCER, scriptRunEvents, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { ledgerLine, periodsQuery, standingsOf, trialBalanceQuery } from "./suiteql.ts";
import { BalanceRow, ScriptRunPage, suiteQlPage, type ScriptRun } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const namespace = "netsuite://acme";
const settings = Settings.parse({
  jobs: [{ name: "GL actuals {entity}", dataset: "GL actuals file", completeThrough: "start" }],
  ledger: { subsidiaries: { 3: "US01", 4: "CA01" } },
});
const [partial, failed, running] = ScriptRunPage.parse(fixture("runs.json")).items as [ScriptRun, ScriptRun, ScriptRun];
const eventsOf = (run: ScriptRun) => scriptRunEvents(run, { namespace, settings });

describe("states", () => {
  test.each([
    ["PENDING", "queued"],
    ["PROCESSING", "running"],
    ["COMPLETE", "complete"],
    ["FAILED", "failed"],
    ["DEFERRED", "queued"],
    ["RETRY", "running"],
    ["CANCELLED", "aborted"],
    ["Something new", null],
  ])("%s is %s", (status, state) => {
    expect(stateOf({ ...partial, status, rowsRejected: 0, errors: [] }, settings)).toBe(state);
  });

  test("a completed run that refused rows is partial, one that complained has a warning", () => {
    expect(stateOf(partial, settings)).toBe("partial");
    expect(stateOf({ ...partial, rowsRejected: 0 }, settings)).toBe("warning");
  });
});

describe("a run", () => {
  test("tells what it fills at its start, and how far at its end, with the vendor's times", () => {
    const [start, begun, end] = eventsOf(partial);
    expect([start, begun, end].map((event) => [event?.eventType, event?.eventTime])).toEqual([
      ["START", "2026-11-02T09:00:00.000Z"],
      ["RUNNING", "2026-11-02T09:00:21.000Z"],
      ["COMPLETE", "2026-11-02T09:04:40.000Z"],
    ]);
    const place = { entity: "US01", ledger: "", period: "2026-10", version: "actual" };
    const position = { ...place, snapshotAsOf: "2026-11-02T09:00:15.000Z" };
    expect(start?.outputs[0]?.facets).toMatchObject({ tieout_position: { positions: [position] } });
    expect(end?.outputs[0]?.facets).toMatchObject({
      tieout_position: { positions: [{ ...position, completeThrough: "2026-11-02T09:00:15.000Z" }] },
    });
    expect(end?.run.facets).toMatchObject({
      tieout_correlation: { correlationId: "GLA-2026-10-US01-000417" },
      tieout_outcome: { vendorStatus: "COMPLETE", qualifier: "partial", rowsRead: 4180, rowsRejected: 12 },
      tieout_exceptions: {
        exceptions: [
          { code: "unmapped-member", member: "CC-7710", dimension: "department", count: 12, entity: "US01" },
        ],
      },
    });
  });

  test("says why it failed, and without a snapshot claims no more than it began with", () => {
    const end = eventsOf(failed).at(-1);
    expect(end?.eventType).toBe("FAIL");
    expect(end?.run.facets).toMatchObject({
      tieout_exceptions: { exceptions: [{ code: "api-limit", class: "technical", period: "2026-10" }] },
      errorMessage: { message: expect.stringContaining("Usage Limit") },
    });
    const recovered = eventsOf({ ...failed, status: "COMPLETE", errors: [] }).at(-1);
    expect(recovered?.outputs[0]?.facets).toMatchObject({
      tieout_position: { positions: [{ completeThrough: "2026-11-02T09:00:40.000Z" }] },
    });
  });

  test("of a script nobody declared is told without datasets", () => {
    expect(eventsOf(running).map((event) => [event.eventType, event.outputs])).toEqual([
      ["START", []],
      ["RUNNING", []],
    ]);
  });
});

test.each([
  ["Invalid department reference key 12 for subsidiary 3.", "invalid-combination"],
  ["You cannot post to this period: the period is closed.", "period-closed-at-target"],
  ["DUP_RCRD: a record with this external id already exists", "duplicate-load"],
  ["INVALID_FLD: custcol_batch", "contract-drift"],
  ["INVALID_LOGIN_ATTEMPT", "credential-expiry"],
  ["Something nobody has seen", "unknown"],
])("%s means %s", (text, code) => {
  expect(eventsOf({ ...failed, errors: [text] }).at(-1)?.run.facets).toMatchObject({
    tieout_exceptions: { exceptions: [{ code, message: text }] },
  });
});

describe("the trial balance", () => {
  test("is asked for posted lines of one book, by subsidiary, period and account", () => {
    const query = trialBalanceQuery(settings.ledger!, ["2026-09", "2026-10"]);
    expect(query).toContain("tal.posting = 'T' AND tal.accountingbook = 1");
    expect(query).toContain("tl.subsidiary IN (3, 4)");
    expect(query).toContain("IN ('2026-09', '2026-10')");
  });

  test("becomes totals by account, exact, and a watermark where nothing changed", () => {
    const lines = suiteQlPage(BalanceRow)
      .parse(fixture("suiteql.json"))
      .items.map((row) => ledgerLine(row, settings.ledger!));
    const reading = {
      ...{
        producer: PRODUCER,
        dataset: { namespace, name: "TransactionAccountingLine" },
        ledger: "",
        version: "actual",
      },
      ...{ entities: ["US01", "CA01"], periods: ["2026-10"], lines, at: "2026-11-02T09:30:00.000Z" },
    };
    const { events, mark } = ledgerEvents(reading, null);
    expect(events.map((event) => event.dataset.facets)).toMatchObject([
      {
        tieout_position: { positions: [{ entity: "US01", completeThrough: "2026-11-02T09:30:00.000Z" }] },
        tieout_controlTotals: {
          totals: [
            { account: "4000", measure: "count", value: "418" },
            { account: "4000", measure: "debit", value: "0" },
            { account: "4000", measure: "credit", value: "98700" },
            { account: "4000", measure: "net", value: "-98700" },
            { account: "6100", measure: "count" },
            { account: "6100", measure: "debit", value: "120450.25" },
            { account: "6100", measure: "credit", value: "21750.25" },
            { account: "6100", measure: "net", value: "98700" },
          ],
        },
      },
      { tieout_controlTotals: { totals: [{ currency: "CAD" }, { value: "10.1" }, { value: "0" }, { value: "10.1" }] } },
    ]);
    const again = ledgerEvents({ ...reading, at: "2026-11-02T10:00:00.000Z" }, mark).events;
    expect(again).toHaveLength(1);
    expect(again[0]?.dataset.facets).not.toHaveProperty("tieout_controlTotals");
  });

  test("says when a period was closed, for every subsidiary and once", () => {
    expect(periodsQuery(["2026-10"])).toContain("isadjust = 'F'");
    const ledger = settings.ledger!;
    const reading = (closed: "T" | "F") => ({
      ...{ producer: PRODUCER, dataset: { namespace, name: ledger.dataset }, ledger: "", version: "actual" },
      ...{ entities: [], periods: [], lines: [], at: "2026-11-02T09:30:00.000Z" },
      standings: standingsOf([{ period: "2026-10", closed }], ledger),
    });
    const { mark } = ledgerEvents(reading("F"), null);
    expect(ledgerEvents(reading("F"), mark).events).toEqual([]);
    const [closed] = ledgerEvents(reading("T"), mark).events;
    const shut = { ledger: "", period: "2026-10", status: "closed", native: "Closed" };
    expect(closed?.dataset.facets?.tieout_periodStatus).toMatchObject({
      statuses: [
        { entity: "US01", ...shut },
        { entity: "CA01", ...shut },
      ],
    });
  });
});
