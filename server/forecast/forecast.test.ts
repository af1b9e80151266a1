import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Facts } from "../../schemas/facts.ts";
import type { BoardCell, BoardEntity } from "../../schemas/wire/board.ts";
import { FIGURES, knownFacts, minutesAfter, type KnownFacts } from "../../test/known-facts.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { closeBoard } from "../close/board.ts";
import { createCalendars } from "../close/calendars.ts";
import { backtest, testedPeriods } from "./backtest.ts";
import { laterOf, p50, p90, spreadOf } from "./spread.ts";

const estate = smallEstate();
const calendars = createCalendars(estate);
const flow = estate.flows[0]!;
const OCTOBER = "2026-10";
const PAST = ["2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"];
/** WD+1 of October's close, in Berlin. */
const at = (time: string) => new Date(`2026-11-02T${time}:00+01:00`).toISOString();

/** Loads of a period whose load into planning takes so many minutes more than usual. */
function played(period: string, slow: (nth: number) => number, until = "9999"): KnownFacts {
  const facts = knownFacts(estate, period);
  for (const [nth, expected] of calendars.occurrences(calendars.period(period)!, "DE01", flow).entries()) {
    if (expected > until) break;
    const minutes = slow(nth);
    facts.loaded("DE01", expected, FIGURES, "message");
    const ends = [6 + minutes, 8 + minutes];
    for (const [hop, dataset] of ["plan", "board"].entries()) {
      const startedAt = minutesAfter(expected, hop === 0 ? 4 : ends[0]!);
      const endedAt = minutesAfter(expected, ends[hop]!);
      const run = facts.ran(dataset, {
        entity: "DE01",
        startedAt,
        endedAt,
        correlationId: `B-DE01-${expected}`,
        rowsWritten: 120,
      });
      facts.holds(dataset, "DE01", expected, FIGURES, run);
    }
  }
  facts.holds("ledger", "DE01", until < "9999" ? until : expectedEnd(period), FIGURES);
  return facts;
}

const expectedEnd = (period: string) => calendars.occurrences(calendars.period(period)!, "DE01", flow).at(-1)!;

/** Several periods as one. */
function together(periods: Record<string, KnownFacts>): Facts {
  const of = (period: string) => periods[period] ?? knownFacts(estate, period);
  return {
    ...of(OCTOBER),
    watermark: (name, entity, period, version) => of(period).watermark(name, entity, period, version),
    totals: (name, entity, period, version) => of(period).totals(name, entity, period, version),
    runsInto: (name, entity, period) => of(period).runsInto(name, entity, period),
    periodStatuses: () => [],
    periods: () => Object.keys(periods).sort(),
    version: (entity, period) => of(period).version(entity, period),
  };
}

const history = (slow: (nth: number) => number) =>
  Object.fromEntries(PAST.map((period) => [period, played(period, slow)]));

function cell(facts: Facts, now: string, milestone: string): BoardCell {
  const input = { estate, calendars, facts, period: OCTOBER, collectors: [], entities: ["DE01"] };
  const rows = closeBoard({ ...input, now: new Date(now) });
  return (rows["entity:DE01"] as BoardEntity).cells.find((each) => each.milestone === milestone)!;
}

describe("a milestone's forecast", () => {
  const usual = history((nth) => nth % 5);

  it("is the next load's way, as long as it took in earlier closes", () => {
    const facts = together({ ...usual, [OCTOBER]: played(OCTOBER, () => 0, at("08:30")) });
    const { forecast, state } = cell(facts, at("08:30"), "actuals");
    expect(state).toBe("not-due");
    expect(forecast).toMatchObject({ hop: { flow: "actuals", dataset: "plan", title: "Load" } });
    expect(forecast!.p50At >= at("10:06") && forecast!.p50At <= at("10:09")).toBe(true);
    expect(forecast!.p90At >= forecast!.p50At && forecast!.p90At <= at("10:10")).toBe(true);
    expect(forecast!.basis).toBe("From 8 loads of DE01 in 8 earlier closes.");
  });

  it("goes on from where a load stands, without those that would be through by now", () => {
    const october = played(OCTOBER, () => 0, at("08:30"));
    october.loaded("DE01", at("10:00"), FIGURES, "message");
    october.ran("plan", { entity: "DE01", startedAt: at("10:04"), state: "RUNNING" });
    const { forecast } = cell(together({ ...usual, [OCTOBER]: october }), at("10:08"), "actuals");
    expect(forecast!.p50At >= at("10:06") && forecast!.p50At <= at("10:10")).toBe(true);
  });

  it("waits for the milestones before", () => {
    const facts = together({ ...usual, [OCTOBER]: played(OCTOBER, () => 0, at("08:30")) });
    const accruals = cell(facts, at("08:30"), "accruals").forecast!;
    const pack = cell(facts, at("08:30"), "pack").forecast!;
    expect(accruals.p50At.slice(0, 13)).toBe("2026-11-03T11");
    expect(pack.p50At >= cell(facts, at("08:30"), "ties").forecast!.p50At).toBe(true);
  });

  it("warns before the miss and names the hop", () => {
    const slow = together({ ...history(() => 540), [OCTOBER]: played(OCTOBER, () => 0, at("08:30")) });
    const { state, why, timing } = cell(slow, at("08:30"), "actuals");
    expect({ state, timing }).toEqual({ state: "at-risk", timing: "not-due" });
    expect(why).toContain("Likely 2 Nov 19:06, nine times in ten by 2 Nov 19:06; Load takes longest.");
  });

  it("says nothing where history is too thin, and nothing of what is met", () => {
    const october = played(OCTOBER, () => 0, at("12:30"));
    expect(cell(together({ [OCTOBER]: october }), at("08:30"), "accruals").forecast).toBeNull();
    expect(cell(together({ ...usual, [OCTOBER]: october }), at("12:30"), "actuals")).toMatchObject({
      state: "done",
      forecast: null,
    });
  });
});

describe("forecasts tried on earlier closes", () => {
  it("come true as often as they say where every close is like the one before", () => {
    const facts = together(history((nth) => (nth * 7) % 10));
    const judging = { estate, calendars, facts };
    const periods = testedPeriods(judging, new Date("2026-11-02T00:00:00Z"));
    expect(periods).toEqual(PAST.slice(1));
    const [all, ...each] = backtest(judging, periods);
    expect(all, "the first six closes are too few to say anything").toMatchObject({ forecasts: 8, silent: 20 });
    expect(all!.withinP90).toBeGreaterThanOrEqual(0.75);
    expect(all!.meanErrorMinutes).toBeLessThan(6);
    expect(each.map(({ milestone }) => milestone)).toEqual(["actuals", "accruals"]);
  });

  it("show it where a close turns out slower than all before", () => {
    const facts = together({ ...history(() => 0), "2026-09": played("2026-09", () => 120) });
    const [all] = backtest({ estate, calendars, facts }, ["2026-09"]);
    expect(all).toMatchObject({ withinP90: 0, meanErrorMinutes: 120 });
  });
});

it("a spread keeps its order, and the later of two is never earlier than either", () => {
  const samples = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(samples, samples, (one, other) => {
      const [a, b] = [spreadOf(one), spreadOf(other)];
      const both = laterOf(a, b);
      expect(both.toSorted((x, y) => x - y)).toEqual(both);
      expect(p50(both)).toBeGreaterThanOrEqual(Math.max(p50(a), p50(b)));
      expect(p90(both)).toBeGreaterThanOrEqual(p50(both));
      expect(one.filter((sample) => sample <= p90(a)).length).toBeGreaterThanOrEqual(0.9 * one.length);
    }),
  );
});
