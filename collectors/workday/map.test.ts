import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readXml } from "../xml.ts";
import { faultOf } from "./fault.ts";
import { integrationEvents, integrationOf, keyOf, ledgerLineOf, stateOf, statusOf } from "./map.ts";
import { WorkdaySettings } from "./settings.ts";
import { EventsAnswer, LISTS, type IntegrationEvent } from "./vendor.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
const { Envelope } = readXml(fixture("events.xml"), EventsAnswer, { what: "Get_Integration_Events", lists: LISTS });
const [journals, payslips] = Envelope.Body.Get_Integration_Events_Response.Response_Data.Integration_Event as [
  IntegrationEvent,
  IntegrationEvent,
];
const inbound = WorkdaySettings.parse({
  tenant: "meridian",
  jobs: [
    {
      name: "INT123_GL_Journal_Outbound",
      dataset: "Journals",
      ledger: "0L",
      direction: "inbound",
      completeThrough: "start",
    },
  ],
  ledger: { dataset: "Journal lines", report: "ISU/TB", entities: { DE01: "Meridian GmbH" } },
});
const outbound: WorkdaySettings = { ...inbound, jobs: inbound.jobs.map((job) => ({ ...job, direction: "outbound" })) };
const told = (event: IntegrationEvent, settings = inbound) =>
  integrationEvents(event, { namespace: "workday://meridian", settings });
const withStatus = (status: string): IntegrationEvent => {
  const event = structuredClone(journals);
  const data = event.Background_Process_Instance_Data;
  data.Background_Process_Instance_Status_Reference = {
    ID: [{ "@type": "Background_Process_Instance_Status_ID", "#text": status }],
  };
  return event;
};

describe("statuses", () => {
  test.each([
    ["PENDING", "queued"],
    ["PROCESSING", "running"],
    ["COMPLETED", "complete"],
    ["Completed with Warnings", "warning"],
    ["COMPLETED_WITH_ERRORS", "partial"],
    ["FAILED", "failed"],
    ["ABORTED", "aborted"],
    ["Something new", null],
  ])("%s is %s", (status, state) => {
    expect(stateOf(withStatus(status), inbound)).toBe(state);
  });

  test("an outbound integration with errors has delivered nothing", () => {
    expect(stateOf(journals, outbound)).toBe("failed");
    expect(told(journals, outbound).at(-1)?.eventType).toBe("FAIL");
  });
});

test("an event becomes its run: times in UTC, what it fills, its batch, its parent, its messages by what they say", () => {
  const events = told(journals);
  expect(events.map(({ eventType, eventTime }) => `${eventType} ${eventTime}`)).toEqual([
    "START 2026-01-31T22:22:27.342Z",
    "RUNNING 2026-01-31T22:22:27.343Z",
    "COMPLETE 2026-01-31T22:24:38.308Z",
  ]);
  expect(keyOf(journals)).toBe("0123456789abcdef0123456789abcdef");
  const end = events.at(-1);
  expect(end?.run.facets).toMatchObject({
    tieout_outcome: { vendorStatus: "COMPLETED_WITH_ERRORS", qualifier: "partial" },
    tieout_correlation: { correlationId: "WDA-2026-01-DE01-000009" },
    parent: { job: { name: "INT100 Month end" } },
    tieout_exceptions: {
      exceptions: [
        { code: "unmapped-member", member: "CC7710", dimension: "Cost_Center_Reference_ID", count: 2, entity: "DE01" },
        { code: "unknown", message: "Nobody has seen this", count: 1 },
      ],
    },
  });
  expect(end?.outputs[0]?.facets?.["tieout_position"]).toMatchObject({
    positions: [{ entity: "DE01", period: "2026-01", ledger: "0L", completeThrough: "2026-01-31T22:22:27.342Z" }],
  });
});

test("an integration nobody declared is told by its name and fills nothing", () => {
  expect([integrationOf(payslips), statusOf(payslips)]).toEqual(["INT999 Payslips", "Processing"]);
  expect(told(payslips).map(({ eventType, outputs }) => [eventType, outputs.length])).toEqual([
    ["START", 0],
    ["RUNNING", 0],
  ]);
});

test.each([
  ["The accounting period is closed", "period-closed-at-target"],
  ["Worktags: the combination is not allowed", "invalid-combination"],
  ["Journal has already been loaded", "duplicate-load"],
  ["The task submitted is not authorized.", "credential-expiry"],
  ["Request throttled", "api-limit"],
  ["Required field Ledger is missing", "contract-drift"],
  ["Could not reach the SFTP endpoint", "job-failed"],
  ["Nobody has seen this", "unknown"],
])("%s is %s", (text, code) => {
  const event = withStatus("FAILED");
  event.Background_Process_Instance_Data.Background_Process_Message_Data = [{ Message_Summary: text }];
  expect(told(event).at(-1)?.run.facets?.["tieout_exceptions"]).toMatchObject({
    exceptions: [{ code, message: text }],
  });
});

test.each([
  ["a validation error is refused for good", fixture("fault.xml"), { code: "refused", recoverable: false }],
  [
    "a server's fault may pass",
    fixture("fault.xml").replace("Client.validationError", "Server"),
    { code: "unreachable" },
  ],
  ["credentials", fixture("fault.xml").replace("validationError", "authenticationError"), { code: "unauthorized" }],
  ["what is no fault may pass", "<html>Down</html>", { code: "unreachable" }],
])("500: %s", (_, text, expected) => {
  expect(faultOf("Get_Integration_Events", text, ["nope"])).toMatchObject(expected);
  expect(faultOf("Get_Integration_Events", text, ["nope"]).message).not.toContain("nope");
});

test("rows of the report are lines of the ledger; companies nobody declared are not", () => {
  const row = {
    Company: { Descriptor: "Meridian GmbH" },
    Ledger_Account: "4000",
    Currency: "EUR",
    Debit_Amount: "10.50",
    Credit_Amount: "",
  };
  expect(ledgerLineOf(row, "2026-01", inbound.ledger!)).toEqual({
    ...{ entity: "DE01", period: "2026-01", account: "4000", currency: "EUR" },
    ...{ debit: "10.50", credit: "0", count: undefined },
  });
  expect(ledgerLineOf({ ...row, Company: "Another" }, "2026-01", inbound.ledger!)).toBeNull();
});
