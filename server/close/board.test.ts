import { describe, expect, it } from "vitest";
import { knownFacts, minutesAfter } from "../../test/known-facts.ts";
import { berlin, estate, partly, PERIOD, played, show } from "../../test/played-board.ts";
import type { BoardMemo } from "./board-input.ts";

describe("a close that goes well", () => {
  it("is done gate by gate, and closed at the end", () => {
    const { entity, head, holds } = show(played(berlin(5, "11:00")), berlin(5, "11:00"), { entities: ["DE01"] });
    expect(entity("DE01").cells.map((cell) => [cell.milestone, cell.state, cell.timing])).toEqual([
      ["actuals", "done", "met"],
      ["accruals", "done", "met"],
      ["ties", "done", "met"],
      ["pack", "done", "met"],
    ]);
    expect(entity("DE01").verdict).toBe("closed");
    expect(holds).toEqual([]);
    expect(head).toMatchObject({ gatesPassed: 4, gates: 4, unexplained: [], staleReports: [], worst: [], workDay: 4 });
  });

  it("keeps the time a gate was first met, however often data is loaded after", () => {
    const { cell } = show(played(berlin(5, "11:00")), berlin(5, "11:00"));
    expect(cell("DE01", "actuals").metAt).toBe(berlin(2, "10:06"));
    expect(cell("DE01", "accruals").metAt).toBe(berlin(3, "12:06"));
    expect(cell("DE01", "ties").metAt).toBe(berlin(3, "12:08"));
  });

  it("is on course while nothing is due", () => {
    const { entity, cell } = show(played(berlin(2, "09:00")), berlin(2, "09:00"));
    expect(entity("DE01").verdict).toBe("on-course");
    expect(cell("DE01", "actuals")).toMatchObject({ state: "not-due", timing: "not-due" });
    expect(cell("DE01", "accruals").why).toContain("Waits for Actuals in");
  });
});

describe("no data", () => {
  it("is unknown, never green, once data should be there", () => {
    const { entity, head } = show(knownFacts(estate, PERIOD), berlin(5, "11:00"));
    expect(entity("DE01").verdict).toBe("unknown");
    expect(entity("DE01").gatesPassed).toBe(0);
    expect(head.counts.unknown).toBe(2);
  });
});

describe("a period nobody has told anything of", () => {
  it("is unknown at every milestone however long it is over, and late at none", () => {
    const { entity, head } = show(knownFacts(estate, PERIOD), "2027-05-01T00:00:00.000Z");
    expect(head.counts).toMatchObject({ unknown: 2, late: 0, held: 0 });
    for (const { milestone, state, why } of entity("DE01").cells) {
      expect(state, milestone).toBe("unknown");
      expect(why).toMatch(/^Nothing is known of DE01 in this period\. Due /);
    }
  });
});

describe("what a reader may see", () => {
  it("is judged from their entities alone", () => {
    const facts = played(berlin(3, "10:30"));
    partly(facts, berlin(3, "12:00"));
    const { head, holds, entity } = show(facts, berlin(3, "12:15"), { entities: ["US01"] });
    expect(holds).toEqual([]);
    expect(entity("DE01")).toBeUndefined();
    expect(head).toMatchObject({ gates: 4, unexplained: [] });
  });
});

describe("the memo", () => {
  it("answers as a fresh judgement does, whatever time or facts did in between", () => {
    const memo = new Map() as BoardMemo;
    const facts = played(berlin(2, "09:00"));
    for (let minutes = 0; minutes < 4 * 24 * 60; minutes += 43) {
      const now = minutesAfter(berlin(2, "07:00"), minutes);
      if (minutes % 430 === 0) facts.loaded("DE01", now);
      expect(show(facts, now, { memo }).entity("DE01"), now).toEqual(show(facts, now).entity("DE01"));
    }
  });

  it("judges only entities whose facts moved", () => {
    const memo = new Map() as BoardMemo;
    const facts = played(berlin(2, "09:00"));
    show(facts, berlin(2, "09:10"), { memo });
    const kept = memo.get(`${PERIOD}/US01`)!.judgement;
    facts.version = (entity) => (entity === "DE01" ? 2 : memo.get(`${PERIOD}/US01`)!.version);
    show(facts, berlin(2, "09:11"), { memo });
    expect(memo.get(`${PERIOD}/US01`)!.judgement).toBe(kept);
    expect(memo.get(`${PERIOD}/DE01`)!.version).toBe(2);
  });
});
