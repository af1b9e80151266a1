import { expect, it } from "vitest";
import type { Trace, TraceRun } from "../../schemas/wire/trace.ts";
import { scaleOf, storyOf, traceSentence, underSentence } from "./trace.ts";

const at = (time: string) => `2026-11-03T${time}:00.000Z`;

function runOf(system: string, from: string, to: string | null, more: Partial<TraceRun> = {}): TraceRun {
  const [startedAt, endedAt] = [at(from), to && at(to)];
  return {
    key: system,
    run: {
      ...{ runId: `run-${system}`, jobNamespace: "n", jobName: `Job ${system}`, state: to ? "COMPLETED" : "RUNNING" },
      ...{ qualifier: null, vendorStatus: null, startedAt, endedAt, lastEventAt: endedAt ?? startedAt, attempt: 1 },
      ...{ correlationId: "GLA-1", causationId: null, parentRunId: null, rowsRead: null, rowsWritten: 14 },
      ...{ rowsRejected: null, progress: null, error: null, exceptions: [], targets: [] },
    },
    ...{ system, systemTitle: system, dataset: system, sure: "certain", found: "Carries the correlation ID." },
    durationSeconds: 60,
    attempts: [{ number: 1, startedAt, endedAt, state: to ? "COMPLETED" : "RUNNING" }],
    ...{ totals: [], exceptions: [], heardAt: startedAt, events: [] },
    ...more,
  };
}

function traceOf(runs: TraceRun[], more: Partial<Trace> = {}): Trace {
  const lanes = runs.map(({ key }) => ({
    ...{ dataset: key, title: key, system: key, systemTitle: key, runs: [key], waitSeconds: null, gap: null },
    state: "delivered" as const,
  }));
  return {
    ...{ id: "GLA-1", correlationId: "GLA-1", flow: "f", flowTitle: "F", entity: "DE01", period: "2026-10" },
    ...{ version: "actual", knownAt: null, startedAt: at("08:00"), endedAt: at("09:00"), durationSeconds: 3_600 },
    ...{ lanes, runs, links: [], acts: [], line: null, extracts: [], notes: [] },
    ...more,
  };
}

const EXTRACT = runOf("S/4", "08:00", "08:10");
const LOAD = runOf("Anaplan", "08:30", "09:00");

it("opens with how long it took, from where to where, and what is missing", () => {
  expect(traceSentence(traceOf([EXTRACT, LOAD]))).toBe("GLA-1 took 1 h from S/4 to Anaplan.");
  const missing = {
    ...traceOf([LOAD]).lanes[0]!,
    systemTitle: "Power BI",
    state: "not-seen" as const,
    runs: [],
    gap: "No run.",
  };
  const open = traceOf([EXTRACT], { endedAt: null });
  expect(traceSentence({ ...open, lanes: [...open.lanes, missing] })).toBe(
    "GLA-1 has been under way for 1 h through S/4; nothing was seen of Power BI.",
  );
  expect(underSentence(traceOf([EXTRACT, LOAD]))).toBe("Two runs in 2 systems, touched by nobody");
});

it("tells what began, waited, ended and was refused in order of time, and how each is known", () => {
  const link = {
    from: "S/4",
    to: "Anaplan",
    by: "correlation-id",
    sure: "certain",
    what: "GLA-1",
    also: [],
    waitSeconds: 1_200,
  } as const;
  const refused = { code: "unmapped-member", class: "business", message: "7710?", count: 14 } as const;
  const acts = [
    { at: at("08:20"), kind: "request", who: "Ada", text: "asked", id: "r", entity: null, period: null },
  ] as const;
  const load = { ...LOAD, exceptions: [refused] };
  const told = storyOf(traceOf([load, EXTRACT], { links: [{ ...link, also: [] }], acts: [...acts] }));
  expect(told.map(({ at: when, who, text, known }) => `${when.slice(11, 16)} ${who} ${text} (${known})`)).toEqual([
    "08:00 S/4 began Job S/4 (Carries the correlation ID)",
    "08:10 S/4 completed, 14 rows ()",
    "08:20 Ada asked (audit log)",
    "08:30 Anaplan waited 20 min for the hop before ()",
    "08:30 Anaplan began Job Anaplan (both carry the ID, certain)",
    "09:00 Anaplan completed, 14 rows ()",
    "09:00 Anaplan Unmapped member (14 rows): “7710?” (in the run’s own report)",
  ]);
});

it("lays runs between the first start and the last end, and what runs up to now", () => {
  const { spans, ticks } = scaleOf(traceOf([EXTRACT, LOAD]), at("12:00"));
  expect(spans.get("Anaplan")).toEqual({ key: "Anaplan", from: 50, width: 50 });
  expect(ticks.map(({ at: when }) => when.slice(11, 16))).toEqual([
    "08:00",
    "08:10",
    "08:20",
    "08:30",
    "08:40",
    "08:50",
    "09:00",
  ]);
  const going = scaleOf(traceOf([EXTRACT, runOf("Anaplan", "08:30", null)], { endedAt: null }), at("10:00"));
  expect(going.spans.get("Anaplan")).toEqual({ key: "Anaplan", from: 25, width: 75 });
});
