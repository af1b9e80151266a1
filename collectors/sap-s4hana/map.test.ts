import { describe, expect, test } from "vitest";
import { runIdOf } from "../run-id.ts";
import golden from "./fixtures/finished.event.json" with { type: "json" };
import finished from "./fixtures/finished.json" with { type: "json" };
import { goneEvent, jobEvents } from "./map.ts";
import { Settings } from "./settings.ts";
import { JobHeader } from "./vendor.ts";

const settings = {
  jobs: [{ name: "FI_GL_ACTUALS_EXTRACT {entity}", dataset: "GL_ACTUALS_EXTRACT", inputs: ["ACDOCA"] }],
};
const mapping = {
  namespace: "s4://meridian-prd",
  settings: Settings.parse(settings),
  statusTexts: new Map([
    ["R", "In Process"],
    ["F", "Finished"],
    ["A", "Failed"],
  ]),
};

function eventsOf(change: Record<string, unknown>, { started = true, policy = "fail" } = {}) {
  const header = JobHeader.parse({ ...finished, ...change });
  const governed = { ...mapping, settings: Settings.parse({ ...settings, nonZeroReturnCode: policy }) };
  return jobEvents(header, { started }, governed);
}

function logged(messages: { MsgType: string; MsgText: string }[], StepAppRC = 0) {
  const JobLogMessageSet = { results: messages };
  return { JobStepSet: { results: [{ StepAppRC, JobStepLogInfoSet: { results: [{ JobLogMessageSet }] } }] } };
}

test("a finished extract becomes its start and its delivery, to the letter", () => {
  const events = eventsOf({}, { started: false });
  expect(events).toEqual(golden);
  expect(JSON.stringify(eventsOf({}, { started: false }))).toBe(JSON.stringify(events));
});

describe("statuses", () => {
  const unbegun = { JobStartDateTime: "", JobEndDateTime: "" };
  test.each([
    ["P", unbegun, "OTHER", "2026-11-02T17:55:00.000Z"],
    ["S", unbegun, "OTHER", "2026-11-02T17:55:00.000Z"],
    ["Y", unbegun, "OTHER", "2026-11-02T17:55:00.000Z"],
    ["R", { JobEndDateTime: "00000000000000" }, "RUNNING", "2026-11-02T17:55:03.000Z"],
    ["Z", { JobEndDateTime: "" }, "RUNNING", "2026-11-02T17:55:03.000Z"],
    ["F", {}, "COMPLETE", "2026-11-02T18:02:25.000Z"],
    ["A", {}, "FAIL", "2026-11-02T18:02:25.000Z"],
    ["C", {}, "ABORT", "2026-11-02T18:02:25.000Z"],
    ["C", unbegun, "ABORT", "2026-11-02T17:55:00.000Z"],
    ["D", {}, "ABORT", "2026-11-02T18:02:25.000Z"],
    ["X", {}, "OTHER", "2026-11-02T17:55:03.000Z"],
  ])("%s %j is %s at %s", (JobStatus, change, type, at) => {
    const events = eventsOf({ JobStatus, ...change });
    expect(events.map((event) => [event.eventType, event.eventTime])).toEqual([[type, at]]);
    const totals = events[0]?.outputs[0]?.facets?.tieout_controlTotals;
    expect(Boolean(totals)).toBe(type === "COMPLETE");
  });

  test("a suspended run is held, and says so in the system's own words where it has any", () => {
    expect(eventsOf({ JobStatus: "Z" })[0]?.run.facets?.tieout_outcome).toMatchObject({
      vendorStatus: "Z",
      qualifier: "held",
    });
    expect(eventsOf({})[0]?.run.facets?.tieout_outcome).toMatchObject({
      vendorStatus: "F Finished",
      rowsWritten: 48211,
    });
  });

  test("a return code other than 0 fails the run or warns, as the settings say", () => {
    const messages = finished.JobStepSet.results[0]!.JobStepLogInfoSet.results[0]!.JobLogMessageSet.results;
    const [failed] = eventsOf(logged(messages, 8));
    expect(failed).toMatchObject({ eventType: "FAIL", run: { facets: { tieout_outcome: { returnCode: 8 } } } });
    const [warned] = eventsOf(logged(messages, 8), { policy: "warn" });
    expect(warned).toMatchObject({
      eventType: "COMPLETE",
      run: { facets: { tieout_outcome: { qualifier: "warning" } } },
    });
    expect(warned?.outputs[0]?.facets?.tieout_controlTotals).toBeDefined();
  });

  test("a restart is a further attempt, caused by the run it was copied from", () => {
    const [event] = eventsOf({ OrigJobName: "66F0", OrigJobCount: "00000001", JobRestartCount: 1 });
    expect(event?.run.facets?.tieout_correlation).toMatchObject({
      attempt: 2,
      causationId: runIdOf("s4://meridian-prd", "66F0/00000001"),
    });
  });

  test("the mark of a run started by Tieout is no part of the job's name", () => {
    expect(eventsOf({ JobText: "FI_GL_ACTUALS_EXTRACT DE01 #0a1b2c3d" })[0]?.job.name).toBe(
      "FI_GL_ACTUALS_EXTRACT DE01",
    );
  });

  test("a run that vanished is aborted", () => {
    expect(goneEvent("66F0/1", "FI_GL_ACTUALS_EXTRACT DE01", "2026-11-02T17:55:00.000Z", mapping)).toMatchObject({
      eventType: "ABORT",
      eventTime: "2026-11-02T17:55:00.000Z",
    });
  });
});

describe("job logs", () => {
  test.each([
    ["Posting period 010 2026 is not open", "period-closed-at-target", undefined],
    ["Cost center 1000/4711 does not exist on 31.10.2026", "master-mismatch", "1000/4711"],
    ["Job cancelled after system exception ERROR_MESSAGE (TIME_OUT)", "job-failed", undefined],
    ["Irgendetwas ging schief", "unknown", undefined],
  ])("%s → %s", (MsgText, code, member) => {
    const [event] = eventsOf({ JobStatus: "A", ...logged([{ MsgType: "E", MsgText }]) });
    const { exceptions } = event!.run.facets!.tieout_exceptions as { exceptions: Record<string, unknown>[] };
    expect(exceptions).toMatchObject([{ code, message: MsgText, entity: "DE01" }]);
    expect(exceptions[0]?.member).toBe(member);
    expect(event?.run.facets?.errorMessage).toMatchObject({ message: MsgText });
  });

  test("a failure without a word still is an exception", () => {
    const [event] = eventsOf({ JobStatus: "A", ...logged([]) });
    expect(event?.run.facets?.tieout_exceptions).toMatchObject({
      exceptions: [{ code: "unknown", message: "The job ended in status A (Failed)." }],
    });
  });

  test.each([["48211 items, debit 12.345.678,90, credit 0, net 0 EUR"], ["All done"]])(
    "totals in other words than expected are reported as drift: %s",
    (MsgText) => {
      const [event] = eventsOf(logged([{ MsgType: "S", MsgText }]));
      expect(event?.eventType).toBe("COMPLETE");
      expect(event?.run.facets?.tieout_exceptions).toMatchObject({ exceptions: [{ code: "contract-drift" }] });
      expect(event?.outputs[0]?.facets?.tieout_controlTotals).toBeUndefined();
    },
  );
});

test("settings refuse a log pattern that cannot work", () => {
  expect(Settings.safeParse({ log: { result: "(?<count>\\d+" } }).error?.issues.map(({ message }) => message)).toEqual([
    expect.stringContaining("not a regular expression"),
    "expected a group (?<debit>…)",
    "expected a group (?<credit>…)",
    "expected a group (?<net>…)",
    "expected a group (?<currency>…)",
  ]);
});
