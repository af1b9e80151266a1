import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../csv.ts";
import { seenRunEvents } from "../seen-run.ts";
import { unzipped, zipped } from "../zip.ts";
import { gridOf, totalsOf } from "./grid.ts";
import { consoleRows, PRODUCER, runOf, stateOf, type Outcome } from "./map.ts";
import { EpmSettings, type Job } from "./settings.ts";
import { DetailPage, Grid, JobStatus } from "./vendor.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
const settings = EpmSettings.parse({
  application: "FCCSProd",
  jobs: [
    {
      ...{ name: "Import GL {entity}", dataset: "Consol", ledger: "0L" },
      slice: { pov: { Scenario: "Actual" }, accounts: ["Net Income"] },
    },
  ],
  console: { zone: "Europe/Berlin" },
  currencies: { DE01: "EUR" },
});
const [job] = settings.jobs as [Job];
const rows = consoleRows(parseCsv(fixture("console.csv")), settings);
const rowOf = (jobId: string) => rows.find((row) => row.jobId === jobId)!;
const eventsOf = (jobId: string, outcome: Outcome | null = null) =>
  seenRunEvents(PRODUCER, "epm://meridian", runOf(rowOf(jobId), outcome, settings).run);
const { items: counts } = DetailPage.parse(JSON.parse(fixture("details.json")));
const saying = (...texts: string[]) => texts.map((msgText) => ({ msgType: "ERROR", msgText }));

describe("the job console", () => {
  test("times in either style, in its zone, oldest first; a row without an id is passed over", () => {
    expect(rows.map(({ jobId, startedAt }) => `${jobId} ${startedAt}`)).toEqual([
      "222 2026-08-02T23:10:00.000Z",
      "224 2026-08-03T04:10:00.000Z",
      "225 2026-08-03T04:10:00.000Z",
      "226 2026-08-03T04:40:00.000Z",
      "223 2026-08-03T15:10:00.000Z",
    ]);
  });

  test.each([
    ["226", ["START", "RUNNING"]],
    ["225", ["START", "RUNNING", "COMPLETE"]],
    ["224", ["START", "RUNNING", "FAIL"]],
    ["223", ["START", "RUNNING", "ABORT"]],
    ["222", ["START", "RUNNING", "OTHER"]],
  ])("%s is told as %j", (jobId, types) => {
    expect(eventsOf(jobId).map(({ eventType }) => eventType)).toEqual(types);
  });

  test.each([
    ["1", "running"],
    ["2", "complete"],
    ["3", "failed"],
    ["4", null],
    ["5", "warning"],
    ["6", "aborting"],
    ["7", "aborted"],
    ["8", "partial"],
    ["9", "warning"],
    ["Something new", null],
  ])("status %s is %s", (status, state) => {
    const [row] = consoleRows(
      [{ "Job ID": "1", "Job Name": "x", "Start Time": "2026-08-03 01:10:00", Status: status }],
      settings,
    );
    expect(row?.state).toBe(state);
  });
});

describe("what an import did", () => {
  test("records rejected make it complete in part; counts of all files add up", () => {
    const [, , end] = eventsOf("225", {
      counts,
      messages: saying('Cost centre "7710" does not exist', 'Cost centre "7710" does not exist', "Nobody knows"),
    });
    expect(end?.run.facets).toMatchObject({
      tieout_outcome: { vendorStatus: "2", qualifier: "partial", rowsRead: 203, rowsWritten: 200, rowsRejected: 3 },
      tieout_correlation: { correlationId: "GLA-2026-07-DE01-000124" },
      tieout_exceptions: {
        exceptions: [
          {
            code: "unmapped-member",
            class: "business",
            member: "7710",
            dimension: "Cost centre",
            count: 2,
            entity: "DE01",
          },
          { code: "unknown", message: "Nobody knows", count: 1 },
        ],
      },
    });
    expect(end?.outputs[0]?.facets?.["tieout_position"]).toMatchObject({
      positions: [{ entity: "DE01", ledger: "0L", period: "2026-07", version: "actual" }],
    });
  });

  test("only what was delivered fills a place", () => {
    const filled = rows.map((row) => runOf(row, null, settings).filled?.batch ?? null);
    expect(filled).toEqual([null, null, "GLA-2026-07-DE01-000124", null, null]);
  });

  test.each([
    ["The period Oct of FY26 is locked", "period-closed-at-target"],
    ["Invalid intersection for Movement 'FCCS_Mvmts'", "invalid-combination"],
    ["EPMFDM-140274: no mapping exists", "unmapped-member"],
    ["The POV is already running", "duplicate-load"],
    ["Column header mismatch", "contract-drift"],
    ["Authentication token has expired", "credential-expiry"],
    ["Too many requests", "api-limit"],
    ["Essbase error 1012704", "job-failed"],
    ["Nobody has seen this", "unknown"],
  ])("%s is %s", (text, code) => {
    const { exceptions } = runOf(rowOf("224"), { counts: [], messages: saying(text) }, settings).run;
    expect(exceptions).toMatchObject([{ code, message: text }]);
  });

  test("without messages the console's own details are quoted", () => {
    expect(runOf(rowOf("224"), null, settings).run.exceptions[0]?.message).toContain("GLA-2026-07-DE01-000123");
  });
});

test.each([
  ["job.json", "224", "failed"],
  ["aif-job.json", "1881", "complete"],
])("%s, asked for by its id", (name, jobId, state) => {
  const status = JobStatus.parse(JSON.parse(fixture(name)));
  expect([status.jobId, stateOf(status)]).toEqual([jobId, state]);
  expect(stateOf({ ...status, status: 2_147_483_647, jobStatus: undefined })).toBeNull();
});

describe("slices", () => {
  test("entities and accounts are rows, the period a column, the rest the point of view", () => {
    expect(gridOf(job.slice!, ["DE01", "GB01"], "2026-07", settings)).toMatchObject({
      pov: { dimensions: ["Scenario", "Years"], members: [["Actual"], ["FY26"]] },
      columns: [{ dimensions: ["Period"], members: [["Jul"]] }],
      rows: [{ dimensions: ["Entity", "Account"], members: [["DE01", "GB01"], ["Net Income"]] }],
    });
  });

  test("cells are net totals, exact; empty ones are left out, and a header not repeated is the row's above", () => {
    const grid = Grid.parse({
      rows: [
        { headers: ["DE01", "4000"], data: ["-125000.10"] },
        { headers: ["", "6100"], data: ["12345678901234567.89"] },
        { headers: ["GB01", "4000"], data: ["#Missing"] },
        { headers: ["GB01", "6100"], data: [null] },
      ],
    });
    const held = totalsOf(grid, job, "2026-07", settings);
    expect([...held.keys()]).toEqual(["DE01/2026-07"]);
    expect(held.get("DE01/2026-07")).toMatchObject([
      { account: "4000", measure: "net", value: "-125000.1", currency: "EUR" },
      { account: "6100", value: "12345678901234567.89" },
    ]);
  });
});

test("an archive gives its file without a byte order mark; what is none is nonsense", () => {
  const bytes = Buffer.from(zipped("jobs.csv", '\uFEFF"Job ID"\n"ä"')).toString("latin1");
  expect(unzipped(bytes, /\.csv$/, "The file")).toBe('"Job ID"\n"ä"');
  expect(() => unzipped(bytes, /\.txt$/, "The file")).toThrow(/holds no file/);
  expect(() => unzipped("<html>", /\.csv$/, "The file")).toThrow(/is no ZIP archive/);
});
