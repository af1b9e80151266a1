import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../csv.ts";
import { seenRunEvents } from "../seen-run.ts";
import { readXml } from "../xml.ts";
import { figuresOf, logLines, PRODUCER, vendorPeriod } from "./map.ts";
import { AdaptiveSettings, type Load } from "./settings.ts";
import { CsvAnswer, VersionsAnswer } from "./vendor.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
const settings = AdaptiveSettings.parse({
  jobs: [{ name: "Load Actuals {entity}", dataset: "Actuals", ledger: "0L", accounts: ["PL"] }],
  loadLog: { sheet: "Load log" },
  levels: { DE01: "Germany" },
  currencies: { DE01: "EUR" },
});
const [load] = settings.jobs as [Load];
const lines = logLines(parseCsv(fixture("log.csv")), settings);
const eventsOf = (key: string) =>
  seenRunEvents(PRODUCER, "adaptive://meridian", lines.find(({ run }) => run.key === key)!.run);

describe("the load log", () => {
  test("is read oldest first; what has no key or no start is passed over", () => {
    expect(lines.map(({ run }) => run.key)).toEqual(["L-1", "L-2", "L-3", "L-4", "L-5"]);
    expect(lines[0]?.filled).toMatchObject({ entity: "DE01", period: "2026-07", snapshotAsOf: null });
    expect(lines[2]?.filled).toBeNull();
  });

  test.each([
    ["L-1", ["START", "RUNNING", "COMPLETE"]],
    ["L-2", ["START", "RUNNING", "COMPLETE"]],
    ["L-3", ["START", "RUNNING"]],
    ["L-4", ["START", "RUNNING", "FAIL"]],
    ["L-5", ["START", "RUNNING", "OTHER"]],
  ])("%s is told as %j", (key, types) => {
    expect(eventsOf(key).map(({ eventType }) => eventType)).toEqual(types);
  });

  test("a load that refused rows is complete in part, with each reason's rows and member", () => {
    const end = eventsOf("L-2").at(-1);
    expect(end?.run.facets).toMatchObject({
      tieout_outcome: { vendorStatus: "Completed with errors", qualifier: "partial", rowsRead: 240, rowsRejected: 3 },
      tieout_correlation: { correlationId: "GLA-2026-07-DE01-000002" },
      tieout_exceptions: {
        exceptions: [
          { code: "unmapped-member", class: "business", member: "7710", dimension: "Level", count: 2, entity: "DE01" },
          { code: "unknown", message: "Something of Adaptive's own", count: 1 },
        ],
      },
    });
    expect(end?.outputs[0]?.facets?.["tieout_position"]).toMatchObject({
      positions: [{ entity: "DE01", ledger: "0L", period: "2026-07", completeThrough: "2026-08-03T06:00:00.000Z" }],
    });
  });

  test("a failure is quoted, and a job nobody declared fills nothing", () => {
    expect(eventsOf("L-4").at(-1)?.run.facets).toMatchObject({
      tieout_exceptions: { exceptions: [{ code: "period-closed-at-target", class: "business" }] },
      errorMessage: { message: "Import failed: the version is locked" },
    });
    expect(eventsOf("L-5").at(-1)).toMatchObject({
      outputs: [],
      run: { facets: { tieout_outcome: { vendorStatus: "Waiting for approval" } } },
    });
  });

  test.each([
    ['Account "4999" does not exist', "unmapped-member"],
    ['Level "7710" is not valid in this combination', "invalid-combination"],
    ["Duplicate import key", "duplicate-load"],
    ["Column Region expected 4 fields", "contract-drift"],
    ["Invalid login", "credential-expiry"],
    ["Too many requests", "api-limit"],
    ["Internal error", "job-failed"],
    ["Nobody has seen this", "unknown"],
  ])("%s is %s", (message, code) => {
    const rows = [
      { Run: "1", Job: "Load Actuals DE01", "Started at": "2026-08-03T06:00:00Z", Status: "Failed", Messages: message },
    ];
    expect(logLines(rows, settings)[0]?.run.exceptions).toMatchObject([{ code, message }]);
  });
});

test("figures add up by level, period and account; another notation is read, and what is no number left out", () => {
  const held = figuresOf(parseCsv(fixture("figures.csv")), load, settings);
  expect(
    [...held].map(([place, totals]) => [place, ...totals.map(({ account, value }) => `${account} ${value}`)]),
  ).toEqual([
    ["DE01/2026-07", "4000 -125000.3", "6100 1234.56"],
    ["DE01/2026-08", "4000 -7"],
    ["GB01/2026-07", "4000 -9041.55"],
    ["GB01/2026-08", "4000 0"],
  ]);
  expect(held.get("DE01/2026-07")?.[0]).toMatchObject({ measure: "net", currency: "EUR", ledger: "0L" });
});

test("periods are written as the user's locale writes them", () => {
  expect([vendorPeriod("2026-07", "MM/YYYY"), vendorPeriod("2026-07", "Mon-YYYY")]).toEqual(["07/2026", "Jul-2026"]);
});

describe("what the API answers", () => {
  test("versions in folders, CSV in the output or in data within it", () => {
    const { output } = readXml(fixture("versions.xml"), VersionsAnswer, {
      what: "exportVersions",
      lists: ["version"],
    }).response;
    expect(output?.versions.version.map((version) => version["@name"])).toEqual(["Actuals", "Plans"]);
    const csv = (body: string) =>
      readXml(`<response success="true"><output>${body}</output></response>`, CsvAnswer, { what: "x" }).response.output;
    expect([csv("<![CDATA[a,b]]>"), csv("<data>a,b</data>")]).toEqual(["a,b", "a,b"]);
  });

  test("a refusal inside a 200, with its key", () => {
    const { response } = readXml(fixture("refused.xml"), CsvAnswer, { what: "x", lists: ["message"] });
    expect(response).toMatchObject({
      "@success": "false",
      messages: { message: [{ key: "error-authentication", type: "ERROR", said: "Invalid login" }] },
    });
  });
});
