import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lineageEvents } from "./lineage.ts";
import { endOf, eventsOf, needsDetail, type Reading } from "./map.ts";
import { contentsOf } from "./model-contents.ts";
import { PowerbiSettings, type Model } from "./settings.ts";
import { RefreshList, ScanResult, type Refresh, type RefreshDetail } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const { value: refreshes } = RefreshList.parse(fixture("refreshes.json"));
const [running, unclear, completed, failed, disabled, garbled] = refreshes as [
  Refresh,
  Refresh,
  Refresh,
  Refresh,
  Refresh,
  Refresh,
];

const settings = PowerbiSettings.parse({
  tenantId: "4d1f0c2e-9a55-4c0e-8f43-7a1e5b0d2c66",
  models: [
    {
      groupId: "0b7c61de-3f1a-4b8e-9a77-52d6c9e0f314",
      datasetId: "7e2d9c40-5b16-4f0a-8c3d-1f94a6b2e785",
      name: "Group close dashboard",
      job: "Refresh Group close dashboard",
      ledger: "0L",
      latestPeriods: 2,
      totals: {},
    },
  ],
});
const [model] = settings.models as [Model];
const names = model.totals as NonNullable<Model["totals"]>;
const targets = [{ entity: "DE01", period: "2026-10" }];
const reading = (refresh: Refresh, more: Partial<Reading> = {}): Reading => ({
  namespace: "powerbi://meridian",
  model,
  refresh,
  detail: null,
  targets,
  contents: null,
  unread: null,
  ...more,
});
const last = (refresh: Refresh, more: Partial<Reading> = {}) =>
  eventsOf(reading(refresh, more), settings).at(-1)?.event;
const cancelled: RefreshDetail = { status: "Unknown", extendedStatus: "Cancelled" };

describe("how a refresh ended", () => {
  test.each([
    ["Unknown without an end runs", running, null, "RUNNING"],
    ["Unknown with an end is not running", unclear, null, "FAIL"],
    ["the detail knows that it was cancelled", unclear, cancelled, "ABORT"],
    ["Completed", completed, null, "COMPLETE"],
    ["Failed", failed, null, "FAIL"],
    ["a time limit shows in the detail", failed, { extendedStatus: "TimedOut" }, "FAIL"],
    ["Disabled counts as failed", disabled, null, "FAIL"],
  ] as const)("%s", (_, refresh, detail, type) => {
    expect(last(refresh, { detail })?.eventType).toBe(type);
  });

  test("Disabled counts as the settings say", () => {
    expect(endOf(disabled, null, { ...settings, disabledCountsAs: "aborted" })?.type).toBe("ABORT");
  });

  test("an end nobody can name is a failure with a warning", () => {
    expect(last(unclear)?.run.facets).toMatchObject({
      tieout_outcome: { vendorStatus: "Unknown", qualifier: "warning" },
      tieout_exceptions: { exceptions: [{ code: "unknown" }] },
    });
  });

  test("only enhanced refreshes have a detail to ask for", () => {
    expect(refreshes.map(needsDetail)).toEqual([false, true, false, true, false, false]);
  });
});

test.each([
  [
    "the error code inside the JSON text",
    failed,
    null,
    { code: "credential-expiry", message: "ModelRefreshFailed_CredentialsNotSpecified" },
  ],
  ["what is no JSON, as it stands", garbled, null, { code: "unknown", message: "not { JSON" }],
  [
    "the detail's errors",
    { ...failed, serviceExceptionJson: null },
    {
      messages: [
        { type: "Warning", message: "skip" },
        { type: "Error", code: "0xC1", message: "Capacity throttled" },
      ],
    },
    { code: "api-limit", message: "0xC1: Capacity throttled" },
  ],
  ["the status, where nothing is said", disabled, null, { code: "job-failed", message: "Refresh disabled" }],
] as const)("a failure quotes %s", (_, refresh, detail, exception) => {
  const told = last(refresh as Refresh, { detail: detail as RefreshDetail | null });
  expect(told?.run.facets?.tieout_exceptions).toMatchObject({ exceptions: [exception] });
  expect(told?.run.facets?.errorMessage).toMatchObject({ message: exception.message });
});

describe("what a model holds", () => {
  const log = ["2026-08", "2026-09", "2026-10"].map((Period, index) => ({
    Entity: "DE01",
    Period,
    BatchId: `GLA-${Period}-DE01-000001`,
    SnapshotAsOf: index === 1 ? null : `2026-1${index}-03T06:00:00`,
  }));
  const sums = [
    { Entity: "DE01", Period: "2026-10", Currency: "EUR", Count: "12", Debit: "1.2345678901234E+7", Credit: "0.1" },
    { Entity: "DE01", Period: "2026-09", Currency: "EUR", Count: "0", Debit: null, Credit: null },
  ];
  const contents = contentsOf(model, names, log, sums);

  test("the newest periods, each as of its snapshot in UTC", () => {
    expect(contents.positions).toEqual([
      { entity: "DE01", ledger: "0L", period: "2026-09", version: "actual" },
      {
        entity: "DE01",
        ledger: "0L",
        period: "2026-10",
        version: "actual",
        completeThrough: "2026-12-03T06:00:00.000Z",
        snapshotAsOf: "2026-12-03T06:00:00.000Z",
      },
    ]);
  });

  test("sums are exact, blank is nothing, and each carries its batch", () => {
    expect(contents.totals.map(({ period, measure, value }) => [period, measure, value].join(" "))).toEqual([
      "2026-09 count 0",
      "2026-09 debit 0",
      "2026-09 credit 0",
      "2026-09 net 0",
      "2026-10 count 12",
      "2026-10 debit 12345678.901234",
      "2026-10 credit 0.1",
      "2026-10 net 12345678.801234",
    ]);
    expect(contents.totals.at(-1)).toMatchObject({ currency: "EUR", correlationId: "GLA-2026-10-DE01-000001" });
  });

  test("one refresh carries them all; one that was replaced carries where it went only", () => {
    expect(last(completed, { contents })?.outputs[0]?.facets).toMatchObject({
      tieout_position: { positions: contents.positions },
      tieout_controlTotals: { asOf: "2026-11-03T06:09:48.120Z", totals: contents.totals },
    });
    expect(last(completed)?.outputs[0]?.facets).toMatchObject({ tieout_position: { positions: [targets[0]] } });
    expect(last(completed)?.outputs[0]?.facets).not.toHaveProperty("tieout_controlTotals");
  });
});

test("reports depend on models, models on each other and on the estate's datasets", () => {
  const sources = [
    { contains: "C3A9D27E41B84F6EA05D9B1F7C62E830", namespace: "anaplan://meridian", name: "Finance.DAT01 Actuals" },
  ];
  const events = lineageEvents(
    "powerbi://meridian",
    ScanResult.parse(fixture("scan-result.json")),
    sources,
    "2026-11-03T00:00:00.000Z",
  );
  const edges = events.map(({ dataset }) => {
    const { inputs } = (dataset.facets ?? {}).lineage as { inputs: { namespace: string; name: string }[] };
    return [dataset.name, inputs.map(({ namespace, name }) => `${namespace} ${name}`)];
  });
  expect(edges).toEqual([
    [
      "Group close dashboard",
      ["anaplan://meridian Finance.DAT01 Actuals", "powerbi://meridian Calendar", "sql://rates.meridian.example fx"],
    ],
    ["Calendar", []],
    ["Reports/Close pack", ["powerbi://meridian Group close dashboard"]],
  ]);
});
