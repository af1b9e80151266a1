import { describe, expect, it } from "vitest";
import type { FreshnessRow } from "../../schemas/wire/freshness.ts";
import { FIGURES, knownFacts, minutesAfter, type KnownFacts } from "../../test/known-facts.ts";
import { collector } from "../../test/played-board.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { calendarsOf } from "../close/calendars.ts";
import { freshnessRows, reportFreshness } from "./freshness-rows.ts";

const estate = smallEstate();
const calendars = calendarsOf(estate);
/** The first load of WD+1, at 08:00 in Berlin, two hours before the close's own begin. */
const AT = "2026-11-02T07:00:00.000Z";
const judging = { estate, calendars, period: "2026-10", entities: ["DE01"] };

function rowsOf(facts: KnownFacts, now: string, collectors = [collector({})], period = "2026-10") {
  const rows = freshnessRows({ ...judging, period, facts, now: new Date(now), collectors });
  const row = (dataset: string): FreshnessRow => rows.find((each) => each.dataset === dataset)!;
  return { row, reports: reportFreshness({ estate, calendars, facts }, rows) };
}

/** Loads at 08:00, 10:00, 12:00 … as expected, without those left out. */
function loaded(hours: readonly number[], through = "board"): KnownFacts {
  const facts = knownFacts(estate, "2026-10");
  for (const hour of hours)
    facts.loaded("DE01", minutesAfter(AT, hour * 60), FIGURES, hour === hours.at(-1) ? through : "board");
  return facts;
}

describe("freshness by dataset", () => {
  it("is judged more strictly in the close", () => {
    const { row } = rowsOf(loaded([0, 2]), minutesAfter(AT, 5 * 60));
    expect(row("plan")).toMatchObject({ state: "fresh", phase: "close", dueMinutes: 120, staleMinutes: 240 });
    const later = rowsOf(loaded([0, 2]), minutesAfter(AT, 8 * 60)).row("plan");
    expect(later).toMatchObject({ state: "stale", overdueSince: minutesAfter(AT, 4 * 60) });
    expect(rowsOf(loaded([0]), minutesAfter(AT, 30)).row("plan")).toMatchObject({ phase: "ordinary", dueMinutes: 240 });
  });

  it("names the hop where newer data stops, for what lies behind it and for reports", () => {
    const { row, reports } = rowsOf(loaded([0, 2, 4], "message"), minutesAfter(AT, 9 * 60));
    expect(row("message")).toMatchObject({ state: "due", inherits: { dataset: "extract" } });
    expect(row("plan")).toMatchObject({ state: "stale", inherits: null });
    expect(row("board")).toMatchObject({
      state: "due",
      phase: "ordinary",
      inherits: { dataset: "plan", title: "Actuals" },
    });
    expect(reports).toEqual([
      {
        ...{ report: "close-dashboard", title: "Close dashboard", entity: "DE01", state: "due" },
        sinceAt: minutesAfter(AT, 4 * 60),
        cause: { dataset: "plan", title: "Actuals", sinceAt: minutesAfter(AT, 4 * 60) },
      },
    ]);
  });

  it("tells gaps between loads that came, and none before the first or after the last", () => {
    const { row } = rowsOf(loaded([2, 8]), minutesAfter(AT, 8 * 60 + 30));
    expect(row("extract").gaps).toEqual([minutesAfter(AT, 4 * 60), minutesAfter(AT, 6 * 60)]);
    expect(rowsOf(loaded([2, 4]), minutesAfter(AT, 8 * 60)).row("extract").gaps).toEqual([]);
  });

  it("is unknown, not stale, where nobody can read the system", () => {
    const planning = collector({ system: "planning", title: "Anaplan", state: "down" });
    const { row } = rowsOf(loaded([0]), minutesAfter(AT, 24 * 60), [planning]);
    expect(row("plan")).toMatchObject({ state: "unknown", because: "Anaplan cannot be read." });
    expect(row("message")).toMatchObject({ state: "stale", because: null });
  });

  it("tells of postings newer than the snapshot that travels, past the cut-off", () => {
    const facts = loaded([0, 2, 26, 28, 50, 52]);
    const seenAt = minutesAfter(AT, 60 * 80);
    facts.holds("ledger", "DE01", seenAt, { ...FIGURES, debit: "160000.00", net: "110000.00", count: "121" });
    const { row } = rowsOf(facts, minutesAfter(seenAt, 5));
    expect(row("extract").latePostingSince).not.toBeNull();
    expect(row("board").latePostingSince).toBe(row("extract").latePostingSince);
    expect(rowsOf(loaded([0, 2]), minutesAfter(AT, 180)).row("board").latePostingSince).toBeNull();
  });

  it("a period filled again later turns no other one green", () => {
    const facts = loaded([0]);
    const now = minutesAfter(AT, 30 * 24 * 60);
    expect(rowsOf(facts, now, [collector({})], "2026-11").row("plan").state).toBe("missing");
    facts.loaded("DE01", now);
    expect(rowsOf(facts, now).row("plan").state).toBe("fresh");
    expect(rowsOf(facts, now, [collector({})], "2026-11").row("plan").state).toBe("missing");
  });
});
