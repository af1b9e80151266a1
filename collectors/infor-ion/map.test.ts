import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { messageEvents, standingOf, stateOfEvent } from "./map.ts";
import { Settings } from "./settings.ts";
import { messageIdOf, OneViewPage, type OneViewRow } from "./vendor.ts";

const fixture = (name: string) =>
  OneViewPage.parse(JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8")));
const namespace = "infor://acme";
const job = { name: "GL totals {entity}", documentType: "FPI_FCE_IDL_GLTotals", dataset: "GLTotals file" };
const settings = Settings.parse({ tenant: "ACME_PRD", jobs: [{ ...job, completeThrough: "start", receivers: 2 }] });
const [row, other] = fixture("oneview.json").fields as [OneViewRow, OneViewRow];
const history = fixture("events.json").objectList!;
const eventsOf = (events: OneViewRow[], of = row) => messageEvents({ row: of, events }, { namespace, settings });
const happened = (event_type: string, event_date: string, description = ""): OneViewRow => ({
  ...{ event_type, event_date, description },
});

describe("events", () => {
  test.each([
    ["Message entered ION", "queued"],
    ["Message sent to application connector", "running"],
    ["Message consumed by engine", "running"],
    ["Document updated", "running"],
    ["Document triggered", "running"],
    ["Message delivered by application connector", "complete"],
    ["Message migrated to Data Lake", "complete"],
    ["Message delivery failed", "failed"],
    ["ConfirmBOD received", "failed"],
    ["Message purged", "aborted"],
    ["Something new", null],
  ])("%s says %s", (type, state) => {
    expect(stateOfEvent(type, settings)).toBe(state);
  });

  test("one receiver of two is not yet delivery, and what a receiver does afterwards changes nothing", () => {
    expect(standingOf(history.slice(1, 4), 2, settings).state).toBe("running");
    expect(standingOf(history, 2, settings)).toMatchObject({
      state: "complete",
      last: { event_type: "Message delivered by application connector" },
    });
  });

  test("a message that failed and was sent again stands where the last event puts it", () => {
    const failed = happened("Message delivery failed", "2026-10-31T23:05:30.000Z");
    expect(standingOf([failed, history[1]!], 1, settings).state).toBe("failed");
    expect(standingOf([failed, ...history], 2, settings).state).toBe("complete");
  });
});

describe("a message", () => {
  test("is a run of its type and accounting entity, from its entry to its last receiver", () => {
    const [start, begun, end] = eventsOf(history);
    expect([start, begun, end].map((event) => [event?.eventType, event?.eventTime])).toEqual([
      ["START", "2026-10-31T23:05:01.114Z"],
      ["RUNNING", "2026-10-31T23:05:03.000Z"],
      ["COMPLETE", "2026-10-31T23:06:40.000Z"],
    ]);
    expect(start?.job).toEqual({ namespace, name: "GL totals US01" });
    expect(end?.run.facets).toMatchObject({
      tieout_correlation: { correlationId: "GLA-2026-10-US01-000417" },
      tieout_outcome: { vendorStatus: "Message delivered by application connector" },
    });
    const position = { entity: "US01", period: "2026-10", completeThrough: "2026-10-31T23:05:01.114Z" };
    expect(end?.outputs[0]?.facets).toMatchObject({ tieout_position: { positions: [position] } });
  });

  test("whose key and type are written otherwise is told all the same, without datasets", () => {
    expect(messageIdOf(other)).toBe("lid://infor.fsm.1:20261031T230713Z:7f44");
    const events = eventsOf([happened("Message entered ION", "2026-10-31T23:07:14.000Z")], other);
    expect(events.map((event) => [event.job.name, event.eventType, event.outputs])).toEqual([
      ["Sync.SalesOrder", "START", []],
    ]);
  });
});

test.each([
  ["12 lines: Cost center 7710 is not defined", "unmapped-member", { member: "7710", count: 12 }],
  ["Account combination is not allowed", "invalid-combination", {}],
  ["Posting period 10 is closed", "period-closed-at-target", {}],
  ["Duplicate message 7f31", "duplicate-load", {}],
  ["cvc-complex-type.2.4.a: invalid content", "contract-drift", {}],
  ["Delivery failed: connection timed out", "job-failed", {}],
  ["Qwerty", "unknown", {}],
])("%s means %s", (text, code, found) => {
  const end = eventsOf([happened("Message failed", "2026-10-31T23:08:00.000Z", text)]).at(-1);
  expect(end?.eventType).toBe("FAIL");
  expect(end?.run.facets).toMatchObject({
    tieout_exceptions: { exceptions: [{ code, message: text, entity: "US01", ...found }] },
  });
});

test("the ledger's query is one SELECT that names the periods", () => {
  const ledger = { entities: ["US01"], query: "SELECT * FROM GLTotals WHERE period IN ({periods})" };
  expect(Settings.safeParse({ ...settings, ledger }).success).toBe(true);
  for (const query of ["DELETE FROM GLTotals {periods}", "SELECT 1", `${ledger.query}; DROP TABLE GLTotals`]) {
    expect(Settings.safeParse({ ...settings, ledger: { ...ledger, query } }).success).toBe(false);
  }
});
