import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MEASURES } from "../../schemas/dashboard.ts";
import { DashboardError, loadDashboards } from "./load-dashboards.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tieout-dashboards-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
const HEAD = ["id: health", "title: Health", "question: Is it well?", "panels:"];

function refusal(): string {
  try {
    loadDashboards(folder);
  } catch (error) {
    if (error instanceof DashboardError) return error.message;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

test("the dashboards that come along can all be read and measure what there is", () => {
  const dashboards = loadDashboards(join(import.meta.dirname, "../../dashboards"));
  expect(dashboards.map(({ id }) => id)).toEqual([
    "exception-categories",
    "incidents",
    "integration-health",
    "reporting-impact",
    "return-on-investment",
    "sla-adherence",
  ]);
  const shown = new Set(dashboards.flatMap(({ panels }) => panels.map(({ measure }) => measure)));
  expect([...shown].sort()).toEqual(Object.keys(MEASURES).sort());
});

test("what is no YAML file is passed over, and an empty folder shows nothing", () => {
  write("README.md", "# Dashboards");
  mkdirSync(join(folder, "old"));
  expect(loadDashboards(folder)).toEqual([]);
});

describe("a wrong file is refused with its place and what was expected", () => {
  test.each<[string, string[], string]>([
    ["an unknown measure", [...HEAD, "  - { show: figure, title: Runs, measure: run }"], "health.yaml:5: "],
    [
      "a measure by what it cannot be split by",
      [...HEAD, "  - { show: bars, title: Close, measure: days-to-close, by: code }"],
      "health.yaml:5: days-to-close cannot be shown by code; expected period, entity",
    ],
    [
      "a trend of what has no days",
      [...HEAD, "  - show: trend", "    title: Stale", "    measure: stale-hours", "    over: day"],
      "health.yaml:8: stale-hours cannot be shown by day; expected report",
    ],
    ["SQL", [...HEAD, "  - { show: figure, title: Runs, measure: runs, sql: SELECT 1 }"], "“sql”"],
    ["no panels", HEAD, "health.yaml:4: panels is null; expected array"],
    ["an id nobody can link to", ["id: My health", ...HEAD.slice(1, 3), "panels: []"], "health.yaml:1: "],
    ["broken YAML", ["id: [health"], "expected readable YAML"],
  ])("%s", (_, lines, told) => {
    write("health.yaml", ...lines);
    expect(refusal()).toContain(told);
  });

  test("a second dashboard of one id", () => {
    const whole = [...HEAD, "  - { show: figure, title: Runs, measure: runs }"];
    write("a.yaml", ...whole);
    write("b.yaml", ...whole);
    expect(refusal()).toContain("b.yaml:1: a second dashboard “health”");
  });

  test("a folder that is not there", () => {
    rmSync(folder, { recursive: true });
    expect(refusal()).toContain("there is no such folder");
    mkdirSync(folder);
  });
});
