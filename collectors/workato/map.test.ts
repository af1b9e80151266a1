import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOpen, isTest, jobEvents, keyOf, partsOf, stateOf } from "./map.ts";
import { Settings } from "./settings.ts";
import { JobPage, type Job } from "./vendor.ts";

const file = readFileSync(join(import.meta.dirname, "fixtures", "jobs.json"), "utf8");
const [failed, unfinished] = JobPage.parse(JSON.parse(file)).items as [Job, Job];
const settings = Settings.parse({ recipes: [{ name: "GL batches", dataset: "GL", ledger: "0L" }] });
const recipe = { id: "28904", name: "GL batches" };
const told = (job: Job) => jobEvents({ recipe, job }, { namespace: "workato://example", settings });

test.each<[string, Partial<Job>, string]>([
  ["pending and not begun", { status: "pending", started_at: null, completed_at: "2026-08-01T01:00:00Z" }, "START"],
  ["pending and begun", { status: "pending", completed_at: null }, "RUNNING"],
  ["succeeded", { status: "succeeded", is_error: false }, "COMPLETE"],
  ["failed", {}, "FAIL"],
  ["cancelled", { status: "cancelled" }, "ABORT"],
  ["a poll error, whatever its status", { status: "succeeded", is_poll_error: true }, "FAIL"],
  ["a word nobody knows", { status: "napping" }, "OTHER"],
  ["no status and an error", { status: null }, "FAIL"],
  ["no status and no end", { status: null, is_error: false, completed_at: null }, "RUNNING"],
  ["no status, no error, an end", { status: null, is_error: false }, "COMPLETE"],
])("%s", (_, over, type) => {
  expect(told({ ...failed, ...over }).at(-1)?.eventType).toBe(type);
});

test("a failure quotes its error, placed by what the title says", () => {
  const end = told(failed).at(-1);
  expect(end).toMatchObject({ eventType: "FAIL", eventTime: "2026-08-01T01:00:41.000Z", job: { name: "GL batches" } });
  expect(end?.run.facets).toMatchObject({
    tieout_correlation: { correlationId: "GLA-2026-07-DE01-000004" },
    tieout_exceptions: {
      exceptions: [{ code: "job-failed", message: "400 Bad Request", entity: "DE01", period: "2026-07" }],
    },
  });
  expect(end?.outputs[0]?.facets?.tieout_position).toMatchObject({
    positions: [{ entity: "DE01", ledger: "0L", period: "2026-07", version: "actual" }],
  });
});

test("a poll that failed moved no data, and a text nobody has mapped stays as it is", () => {
  const poll = told({ ...failed, is_poll_error: true, error: "Session expired" }).at(-1);
  expect(poll?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ message: "The trigger could not poll, so no data moved: Session expired" }],
  });
  expect(told({ ...failed, error: "Computer says no" }).at(-1)?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ code: "unknown", message: "Computer says no" }],
  });
});

test("a title that says nothing places the job nowhere; a job without a time is not told yet", () => {
  expect(told(unfinished).at(-1)?.outputs).toEqual([{ namespace: "workato://example", name: "GL" }]);
  expect(isOpen({ recipe, job: unfinished }, settings)).toBe(true);
  expect(told({ ...unfinished, started_at: null })).toEqual([]);
  expect(stateOf({ ...unfinished, started_at: null }, settings)).toBe("queued");
});

test("jobs of somebody trying out are known as such, and keys name recipe and handle", () => {
  expect([failed, unfinished, { ...failed, is_test_case_job: true }].map(isTest)).toEqual([false, true, true]);
  expect(partsOf(keyOf({ recipe, job: failed }))).toEqual({ recipe: "28904", handle: "j-AD9bJn99-hsCXcs" });
});

test("a title's pattern has to be one", () => {
  const recipes = [{ name: "GL batches", dataset: "GL", title: "(?<period" }];
  expect(Settings.safeParse({ recipes }).error?.issues[0]?.message).toBe("expected a regular expression");
});
