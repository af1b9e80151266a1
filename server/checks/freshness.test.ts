import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallEstate } from "../../test/small-estate.ts";
import { timingOf } from "./deadline.ts";
import { agesAt } from "./freshness-ages.ts";
import { freshnessOf } from "./freshness.ts";
import { addMinutes, momentOf } from "./moment.ts";

const day = (date: number, time: string) => `2026-11-0${date}T${time}:00.000Z`;
const OCCURRENCES = [day(2, "08:00"), day(2, "10:00"), day(2, "12:00"), day(3, "08:00")];

function judge(
  completeThrough: string | null,
  now: string,
  more: { seen?: boolean; neededThrough?: string; occurrences?: string[] } = {},
) {
  const facts = {
    completeThrough,
    seen: completeThrough !== null,
    occurrences: OCCURRENCES,
    neededThrough: day(2, "12:00"),
    ages: () => ({ dueMinutes: 60, staleMinutes: 120 }),
    ...more,
  };
  return freshnessOf(facts, momentOf(new Date(now)));
}

describe("freshness", () => {
  it.each([
    ["before the first load is expected", null, day(2, "07:00"), "not-due"],
    ["the first load may still arrive", null, day(2, "08:30"), "due"],
    ["the first load never arrived", null, day(2, "10:00"), "missing"],
    ["every expected load is in", day(2, "10:00"), day(2, "11:59"), "fresh"],
    ["a snapshot taken a minute early counts", day(2, "09:59"), day(2, "11:59"), "fresh"],
    ["a newer load is under way", day(2, "08:00"), day(2, "10:59"), "fresh"],
    ["a newer load is due", day(2, "08:00"), day(2, "11:00"), "due"],
    ["newer data has been waited for too long", day(2, "08:00"), day(2, "12:00"), "stale"],
    ["a night without loads ages nothing", day(2, "12:00"), day(3, "07:59"), "fresh"],
    ["a closed period stays fresh once its last cut-off is in", day(2, "12:00"), "2027-05-01T00:00:00.000Z", "fresh"],
    ["a closed period that never got it stays stale", day(2, "10:00"), "2027-05-01T00:00:00.000Z", "stale"],
  ])("%s", (_, completeThrough, now, state) => expect(judge(completeThrough, now).state).toBe(state));

  it("is unknown where loads ran and nobody said how far the data goes", () => {
    expect(judge(null, day(2, "07:00"), { seen: true }).state).toBe("unknown");
    expect(judge(null, day(2, "07:00"), { occurrences: [] }).state).toBe("unknown");
  });

  it("tells the age, what is overdue and what comes next", () => {
    expect(judge(day(2, "08:00"), day(2, "11:30"))).toEqual({
      state: "due",
      ageMinutes: 210,
      overdueSince: day(2, "10:00"),
      nextDueAt: day(2, "12:00"),
    });
  });

  it("newer data is never worse", () => {
    const rank = ["fresh", "not-due", "due", "unknown", "stale", "missing"];
    const minutes = fc.integer({ min: 0, max: 3000 });
    fc.assert(
      fc.property(minutes, minutes, minutes, (older, newer, now) => {
        const at = (count: number) => addMinutes(day(2, "00:00"), count);
        const [first, second] = [Math.min(older, newer), Math.max(older, newer)];
        const state = (through: number) => rank.indexOf(judge(at(through), at(now)).state);
        expect(state(second)).toBeLessThanOrEqual(state(first));
      }),
    );
  });
});

describe("how long a load may take", () => {
  const flow = smallEstate().flows[0]!;
  const window = { from: day(2, "10:00"), to: day(5, "18:00") };
  it.each([
    ["outside the close, as the flow says", flow, day(1, "08:00"), { dueMinutes: 240, staleMinutes: 360 }],
    [
      "in the close, what the tier allows if that is less",
      flow,
      day(2, "10:00"),
      { dueMinutes: 120, staleMinutes: 240 },
    ],
    [
      "in the close, never more than outside",
      { ...flow, latencyTier: "monthly" as const },
      day(2, "10:00"),
      { dueMinutes: 240, staleMinutes: 360 },
    ],
    [
      "in the close, what the flow says of it",
      { ...flow, freshness: { ...flow.freshness, close: { dueMinutes: 300, staleMinutes: 400 } } },
      day(3, "10:00"),
      { dueMinutes: 300, staleMinutes: 400 },
    ],
  ])("%s", (_, of, expectedAt, ages) => expect(agesAt(of, window, expectedAt)).toEqual(ages));

  it("is what the flow says where the cadence has no close window", () => {
    expect(agesAt(flow, null, day(2, "10:00"))).toEqual({ dueMinutes: 240, staleMinutes: 360 });
  });
});

describe("a moment", () => {
  it("knows when a verdict made through it may turn, and not a minute later", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 }), (through, now) => {
        const at = (count: number) => addMinutes(day(2, "00:00"), count);
        const facts = {
          completeThrough: at(through),
          seen: true,
          occurrences: OCCURRENCES,
          neededThrough: day(2, "12:00"),
          ages: () => ({ dueMinutes: 60, staleMinutes: 120 }),
        };
        const moment = momentOf(new Date(at(now)));
        const { state } = freshnessOf(facts, moment);
        for (
          let later = now;
          later < now + 600 && (moment.turnsAt() === null || at(later) < moment.turnsAt()!);
          later += 7
        ) {
          expect(freshnessOf(facts, momentOf(new Date(at(later)))).state).toBe(state);
        }
      }),
    );
  });

  it("finds the last of ascending instants that is past", () => {
    const moment = momentOf(new Date(day(2, "10:30")));
    expect(moment.lastPast(OCCURRENCES, 0)).toBe(1);
    expect(moment.lastPast(OCCURRENCES, 45)).toBe(0);
    expect(moment.turnsAt(), "45 minutes after 10:00 comes first").toBe(day(2, "10:45"));
    expect(momentOf(new Date(day(1, "00:00"))).lastPast(OCCURRENCES, 0)).toBe(-1);
  });
});

describe("timing", () => {
  const deadlineAt = day(2, "18:00");
  it.each([
    ["met in time", day(2, "17:59"), null, day(9, "00:00"), "met"],
    ["met on the dot", day(2, "18:00"), null, day(9, "00:00"), "met"],
    ["met after", day(2, "18:01"), null, day(9, "00:00"), "late"],
    ["not met and past", null, null, day(2, "18:00"), "missed"],
    ["not met, open", null, day(2, "12:00"), day(2, "12:00"), "due"],
    ["not met, not open", null, day(2, "12:00"), day(2, "11:59"), "not-due"],
  ])("%s", (_, metAt, opensAt, now, timing) => {
    expect(timingOf({ metAt, deadlineAt, opensAt }, momentOf(new Date(now)))).toBe(timing);
  });
});
