import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { foldEvent } from "../ingest/fold-event.ts";
import { mergeRun, runOf, type RunFold } from "./run-fold.ts";

type Step = [minute: number, eventType: RunEvent["eventType"] | undefined, facets?: Record<string, unknown>];

function eventOf([minute, eventType, facets = {}]: Step): RunEvent {
  const eventTime = `2026-11-04T13:${String(minute).padStart(2, "0")}:00.000Z`;
  const run = { runId: "r1", facets };
  return { eventTime, producer: "p", eventType, run, job: { namespace: "n", name: "j" }, inputs: [], outputs: [] };
}

function folded(steps: readonly Step[]): RunFold {
  const [first, ...others] = steps.map((step) => foldEvent(eventOf(step)));
  if (!first) throw new Error("a run has at least one event");
  for (const other of others) mergeRun(first, other);
  return first;
}
const runAfter = (...steps: Step[]) => runOf(folded(steps), []);

const failure = { errorMessage: { message: "No space left" } };
const rejected = {
  tieout_exceptions: { exceptions: [{ code: "unmapped-member", class: "business", message: "CC 4711" }] },
};

describe("the run after", () => {
  test.each<[string, Step[], object]>([
    ["a start", [[0, "START"]], { state: "RUNNING", startedAt: "2026-11-04T13:00:00.000Z", endedAt: null }],
    [
      "an end without a start",
      [[5, "COMPLETE"]],
      { state: "COMPLETED", startedAt: null, endedAt: "2026-11-04T13:05:00.000Z" },
    ],
    [
      "metadata alone",
      [
        [0, "OTHER"],
        [1, undefined],
      ],
      { state: "NEW", startedAt: null, lastEventAt: "2026-11-04T13:01:00.000Z" },
    ],
    [
      "metadata behind the end",
      [
        [5, "COMPLETE"],
        [9, "OTHER"],
      ],
      { state: "COMPLETED", endedAt: "2026-11-04T13:05:00.000Z" },
    ],
    [
      "start and end in one instant",
      [
        [0, "COMPLETE"],
        [0, "START"],
      ],
      { state: "COMPLETED" },
    ],
    [
      "a new attempt",
      [
        [0, "START"],
        [5, "FAIL", failure],
        [9, "START"],
      ],
      { state: "RUNNING", endedAt: null, error: null },
    ],
    [
      "a failure",
      [
        [0, "START"],
        [5, "FAIL", failure],
      ],
      { state: "FAILED", error: "No space left" },
    ],
    [
      "a failure overcome",
      [
        [5, "FAIL", failure],
        [9, "COMPLETE"],
      ],
      { state: "COMPLETED", error: null },
    ],
    [
      "exceptions told before the end",
      [
        [0, "START"],
        [3, "RUNNING", rejected],
        [5, "COMPLETE"],
      ],
      { exceptions: [{ message: "CC 4711" }] },
    ],
    [
      "exceptions of an attempt before",
      [
        [0, "START"],
        [3, "FAIL", rejected],
        [5, "START"],
      ],
      { exceptions: [] },
    ],
  ])("%s", (_what, steps, expected) => {
    expect(runAfter(...steps)).toMatchObject(expected);
    expect(runAfter(...steps.toReversed())).toMatchObject(expected);
  });

  test("a vendor's verdict with a lie in it", () => {
    const outcome = { tieout_outcome: { vendorStatus: "COMPLETE", qualifier: "partial", rowsRejected: 3 } };
    expect(runAfter([0, "START"], [5, "COMPLETE", outcome])).toMatchObject({
      ...{ state: "COMPLETED", vendorStatus: "COMPLETE", qualifier: "partial", rowsRejected: 3 },
    });
  });
});

test("an output without position gives way to one with", () => {
  const output = { namespace: "n", name: "d" };
  const outputs = [
    { ...output, entity: "", period: "" },
    { ...output, entity: "DE01", period: "2026-10" },
  ];
  expect(runOf(folded([[0, "START"]]), outputs).targets).toEqual([{ ...output, entity: "DE01", period: "2026-10" }]);
  expect(runOf(folded([[0, "START"]]), outputs.slice(0, 1)).targets).toEqual([
    { ...output, entity: null, period: null },
  ]);
});

test("any order and any repetition ends in the same run", () => {
  const step = fc.tuple(
    fc.nat(5),
    fc.constantFrom<RunEvent["eventType"] | undefined>(
      "START",
      "RUNNING",
      "COMPLETE",
      "ABORT",
      "FAIL",
      "OTHER",
      undefined,
    ),
    fc.constantFrom(
      {},
      failure,
      rejected,
      { errorMessage: { message: "Zweiter Fehler" } },
      { tieout_correlation: { correlationId: "A", attempt: 2 } },
    ),
  );
  const steps = fc.array(step, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat()), (given, numbers) => {
      const again = [...given, ...given].map((value) => ({ value, at: numbers.next().value ?? 0 }));
      const shuffled = again.toSorted((one, other) => one.at - other.at).map(({ value }) => value);
      expect(folded(shuffled)).toEqual(folded(given));
    }),
  );
});
