import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOpen, jobEvents } from "./map.ts";
import { Settings } from "./settings.ts";
import { Job, JobDetail, JobPage } from "./vendor.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const [done, retried] = JobPage.parse(fixture("jobs.json")).data as [Job, Job];
const detail = JobDetail.parse(fixture("detail.json"));
const settings = Settings.parse({
  connections: [
    { name: "NetSuite→WH {entity}", dataset: "gl", ledger: "0L", openPeriods: 1, completeThrough: "start" },
  ],
  otherStates: { archived: "aborted" },
});
const told = (job: Job, of: JobDetail | null = null) =>
  jobEvents(job, { connection: "NetSuite→WH DE01", detail: of }, { namespace: "airbyte://example", settings }).at(-1);
const failedWith = (failure: object): JobDetail =>
  JobDetail.parse({ job: {}, attempts: [{ failureSummary: { failures: [failure] } }] });

test.each([
  ["pending", "START", true],
  ["queued", "START", true],
  ["running", "RUNNING", true],
  ["incomplete", "RUNNING", true],
  ["succeeded", "COMPLETE", false],
  ["failed", "FAIL", false],
  ["cancelled", "ABORT", false],
  ["archived", "ABORT", false],
  ["hibernating", "OTHER", true],
])("%s is told as %s", (status, type, open) => {
  expect(told({ ...done, status })?.eventType).toBe(type);
  expect(isOpen({ ...done, status }, settings)).toBe(open);
});

test("a job is known by either name of its id, and by one of them at least", () => {
  expect([done.jobId, retried.jobId]).toEqual(["18231", "18232"]);
  expect(Job.safeParse({ ...done, jobId: undefined }).error?.issues[0]?.message).toBe("expected jobId");
});

test("the public API tells rows synced, and an end without a reason", () => {
  expect(told(done)).toMatchObject({ eventTime: "2026-08-01T01:36:56.000Z", job: { name: "NetSuite→WH DE01" } });
  expect(told(done)?.run.facets?.tieout_outcome).toMatchObject({ vendorStatus: "succeeded", rowsWritten: 1203 });
  expect(told(done)?.outputs[0]?.facets?.tieout_position).toMatchObject({
    positions: [{ entity: "DE01", period: "2026-08", ledger: "0L", completeThrough: "2026-08-01T01:30:50.000Z" }],
  });
  expect(told({ ...done, status: "failed" })?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ code: "job-failed", message: "The job failed; the public API says no reason.", entity: "DE01" }],
  });
});

test("with the configuration API records refused make it partial, and the last attempt says why it failed", () => {
  expect(told(done, detail)?.run.facets).toMatchObject({
    tieout_outcome: { qualifier: "partial", rowsRead: 1203, rowsWritten: 1150, rowsRejected: 53 },
    tieout_exceptions: { exceptions: [{ code: "count-gap", count: 53 }] },
  });
  const failed = told({ ...done, status: "failed" }, detail);
  expect(failed?.run.facets?.tieout_exceptions).toMatchObject({
    exceptions: [{ code: "job-failed", message: "destination transient_error: Timeout" }],
  });
});

test.each([
  [{ failureOrigin: "source", failureType: "refresh_schema" }, "contract-drift"],
  [{ failureOrigin: "source", failureType: "heartbeat_timeout" }, "job-failed"],
  [{ failureType: "config_error", externalMessage: "The access token has expired" }, "credential-expiry"],
  [{ externalMessage: "A cat sat on it" }, "unknown"],
])("%j means %s", (failure, code) => {
  const failed = told({ ...done, status: "failed" }, failedWith(failure));
  expect(failed?.run.facets?.tieout_exceptions).toMatchObject({ exceptions: [{ code }] });
});

test("somebody's cancellation that shows as a failure is a stop; a reset is a job of its own without datasets", () => {
  const stopped = told({ ...done, status: "failed" }, failedWith({ failureType: "manual_cancellation" }));
  expect(stopped?.eventType).toBe("ABORT");
  expect(told({ ...done, jobType: "reset" })).toMatchObject({ job: { name: "NetSuite→WH DE01 (reset)" } });
});
