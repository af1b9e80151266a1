import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../csv.ts";
import { apexEvents, apexState, bulkEvents, bulkName, bulkState, figuresLine, figuresQuery, instantOf } from "./map.ts";
import { SalesforceSettings } from "./settings.ts";
import { ApexList, BulkList, type ApexJob, type BulkJob } from "./vendor.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
const [bulk] = BulkList.parse(JSON.parse(fixture("ingest.json"))).records as [BulkJob];
const [apex] = ApexList.parse(JSON.parse(fixture("apex.json"))).records as [ApexJob];
const refused = parseCsv(fixture("failed-results.csv"));
const settings = SalesforceSettings.parse({
  jobs: [
    { name: "upsert Invoice__c {entity}", dataset: "Invoice__c", closeDays: 5 },
    { name: "ExportInvoices_{entity}", dataset: "Invoices out", completeThrough: "start" },
  ],
  users: { DE01: "005Hs00000XyZ12" },
  figures: {
    ...{ dataset: "Invoice__c", object: "Invoice__c", dateField: "Posting_Date__c", entityField: "Company__c" },
    ...{ amountField: "Amount__c", currencyField: "CurrencyIsoCode", where: "Status__c = 'Approved'" },
    entities: { DE01: "Meridian GmbH" },
  },
});
const context = { namespace: "salesforce://meridian", settings };

test.each([
  ["Open", "queued"],
  ["UploadComplete", "queued"],
  ["InProgress", "running"],
  ["JobComplete", "partial"],
  ["Failed", "failed"],
  ["Aborted", "aborted"],
  ["Something new", null],
])("a bulk job %s is %s", (state, expected) => {
  expect(bulkState({ ...bulk, state })).toBe(expected);
  expect(bulkState({ ...bulk, state: "JobComplete", numberRecordsFailed: 0 })).toBe("complete");
});

test.each([
  ["Holding", "queued"],
  ["Queued", "queued"],
  ["Preparing", "queued"],
  ["Processing", "running"],
  ["Completed", "warning"],
  ["Failed", "failed"],
  ["Aborted", "aborted"],
  ["Something new", null],
])("an Apex job %s is %s", (Status, expected) => {
  expect(apexState({ ...apex, Status })).toBe(expected);
  expect(apexState({ ...apex, Status: "Completed", NumberOfErrors: 0 })).toBe("complete");
});

describe("a bulk job", () => {
  test("is named for what it does, and for the entity of its user, whose id may be shorter", () => {
    expect(bulkName(bulk, settings)).toBe("upsert Invoice__c DE01");
    expect(bulkName({ ...bulk, createdById: "005Hs00000AAAAAIAV" }, settings)).toBe("upsert Invoice__c");
  });

  test("that refused rows is complete in part, with each reason, its rows and their keys", () => {
    const events = bulkEvents(bulk, refused, context);
    expect(events.map(({ eventType, eventTime }) => `${eventType} ${eventTime}`)).toEqual([
      "START 2026-08-01T01:00:02.000Z",
      "RUNNING 2026-08-01T01:00:02.001Z",
      "COMPLETE 2026-08-01T01:04:40.000Z",
    ]);
    expect(events[2]).toMatchObject({
      run: {
        facets: {
          tieout_outcome: { qualifier: "partial", rowsRead: 1200, rowsWritten: 1197, rowsRejected: 3 },
          tieout_exceptions: {
            exceptions: [
              {
                ...{
                  code: "unmapped-member",
                  class: "business",
                  member: "7710",
                  dimension: "Cost_Centre__c",
                  count: 2,
                },
                documentRef: "1900000117, 1900000118",
              },
              { code: "unknown", message: "SOMETHING_NEW:Nobody has seen this:--", count: 1 },
            ],
          },
        },
      },
    });
    expect(events[0]?.outputs[0]?.facets?.["tieout_position"]).toMatchObject({
      positions: [{ entity: "DE01", period: "2026-07" }],
    });
  });

  test("whose refused rows were too many to read says how many", () => {
    expect(bulkEvents(bulk, [], context).at(-1)?.run.facets?.["tieout_exceptions"]).toMatchObject({
      exceptions: [{ code: "unknown", count: 3 }],
    });
  });

  test.each([
    [
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:bad value for restricted picklist field: XX:Region__c --",
      "unmapped-member",
    ],
    ["FIELD_CUSTOM_VALIDATION_EXCEPTION:The period is closed:--", "period-closed-at-target"],
    ["INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--", "master-mismatch"],
    ["FIELD_CUSTOM_VALIDATION_EXCEPTION:No such combination:--", "invalid-combination"],
    ["DUPLICATE_VALUE:duplicate value found:--", "duplicate-load"],
    ["InvalidBatch : Field name not found : X__c", "contract-drift"],
    ["ApiBatchItems Limit exceeded: REQUEST_LIMIT_EXCEEDED", "api-limit"],
    ["INSUFFICIENT_ACCESS_OR_READONLY", "credential-expiry"],
    ["UNABLE_TO_LOCK_ROW", "job-failed"],
    ["Nobody has seen this", "unknown"],
  ])("%s is %s", (errorMessage, code) => {
    const end = bulkEvents({ ...bulk, state: "Failed", errorMessage }, [], context).at(-1);
    expect(end?.run.facets?.["tieout_exceptions"]).toMatchObject({ exceptions: [{ code, message: errorMessage }] });
  });
});

test("an Apex job is named for its class; batches that failed are a warning, in its own words", () => {
  const events = apexEvents(apex, context);
  expect(events.at(-1)).toMatchObject({
    eventType: "COMPLETE",
    job: { name: "ExportInvoices_DE01" },
    run: {
      facets: {
        tieout_outcome: { vendorStatus: "Completed", qualifier: "warning" },
        tieout_exceptions: { exceptions: [{ code: "job-failed", message: "First error: UNABLE_TO_LOCK_ROW" }] },
      },
    },
    outputs: [
      {
        facets: {
          tieout_position: {
            positions: [{ entity: "DE01", period: "2026-08", completeThrough: "2026-08-09T01:00:02.000Z" }],
          },
        },
      },
    ],
  });
});

test("figures are asked by period and come back as lines; entities nobody declared are left out", () => {
  const figures = settings.figures!;
  expect(figuresQuery(figures, "2026-12")).toBe(
    "SELECT Company__c entityKey,CurrencyIsoCode currencyKey,COUNT(Id) lines,SUM(Amount__c) total FROM Invoice__c WHERE Posting_Date__c >= 2026-12-01 AND Posting_Date__c < 2027-01-01 AND (Status__c = 'Approved') GROUP BY Company__c,CurrencyIsoCode",
  );
  const row = { entityKey: "Meridian GmbH", currencyKey: "EUR", lines: "12", total: "12345678901234567.89" };
  expect(figuresLine(row, "2026-12", figures)).toEqual({
    ...{ entity: "DE01", period: "2026-12", account: "", currency: "EUR", count: "12", net: "12345678901234567.89" },
  });
  expect(figuresLine({ ...row, entityKey: "Another" }, "2026-12", figures)).toBeNull();
});

test("dates without a colon in their offset are read", () => {
  expect(instantOf("2026-08-01T03:00:02.000+0200")).toBe("2026-08-01T01:00:02.000Z");
});
