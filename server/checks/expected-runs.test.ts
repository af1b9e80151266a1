import { describe, expect, it } from "vitest";
import { knownFacts, minutesAfter } from "../../test/known-facts.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { missingRun, usualMinutes } from "./expected-runs.ts";
import { momentOf } from "./moment.ts";

const AT = "2026-11-02T08:00:00.000Z";
const occurrences = [AT, minutesAfter(AT, 120), minutesAfter(AT, 240)];
const facts = knownFacts(smallEstate(), "2026-10");
const run = (startedAt: string, minutes: number | null = 2) =>
  facts.ran("extract", {
    entity: "DE01",
    startedAt,
    endedAt: minutes === null ? null : minutesAfter(startedAt, minutes),
    state: minutes === null ? "RUNNING" : "COMPLETED",
  });

describe("a run that was expected", () => {
  it.each([
    ["before its grace is over", [], minutesAfter(AT, 29), null],
    ["after its grace", [], minutesAfter(AT, 30), AT],
    ["answered", [run(minutesAfter(AT, 1))], minutesAfter(AT, 60), null],
    ["answered a little early", [run(minutesAfter(AT, -4))], minutesAfter(AT, 60), null],
    ["the run before does not answer it", [run(minutesAfter(AT, -30))], minutesAfter(AT, 60), AT],
    ["a later run makes an earlier miss good", [run(minutesAfter(AT, 121))], minutesAfter(AT, 200), null],
    ["the latest counts", [run(minutesAfter(AT, 1))], minutesAfter(AT, 150), minutesAfter(AT, 120)],
  ])("%s", (_, runs, now, expectedAt) => {
    const missing = missingRun({ occurrences, runs, graceMinutes: 30 }, momentOf(new Date(now)));
    expect(missing?.expectedAt ?? null).toBe(expectedAt);
  });
});

it("starts missed one after another are one absence since the first", () => {
  const moment = momentOf(new Date(minutesAfter(AT, 275)));
  expect(missingRun({ occurrences, runs: [run(minutesAfter(AT, 1))], graceMinutes: 30 }, moment)).toMatchObject({
    expectedAt: minutesAfter(AT, 120),
    missed: 2,
  });
});

it("a run usually takes the median of the latest completed ones", () => {
  const runs = [3, 100, 4].map((minutes, at) => run(minutesAfter(AT, at * 10), minutes));
  expect(usualMinutes([...runs, run(minutesAfter(AT, 90), null)])).toBe(4);
  expect(usualMinutes([])).toBeNull();
});
