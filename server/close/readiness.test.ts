import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { EntityReadiness } from "../../schemas/wire/readiness.ts";
import { FIGURES, type KnownFacts } from "../../test/known-facts.ts";
import { berlin, partly, PERIOD, played } from "../../test/played-board.ts";
import { SIGNED_ESTATE as estate } from "../../test/signed-close.ts";
import { calendarsOf } from "./calendars.ts";
import { closeHistory, comparedPeriods } from "./close-history.ts";
import { NOTHING_DECIDED, UNDECIDED, type Decisions, type EntityDecisions } from "./decisions.ts";
import { entityReadiness } from "./readiness.ts";
import { reportImpacts } from "./report-impact.ts";

const calendars = calendarsOf(estate);
const input = (facts: KnownFacts, now: string, decisions: Decisions = UNDECIDED) => ({
  ...{ estate, calendars, facts, decisions, now: new Date(now), period: PERIOD, collectors: [] },
  entities: ["DE01"],
});
const page = (facts: KnownFacts, now: string, decided?: Partial<EntityDecisions>): EntityReadiness => {
  const of = () => ({ ...NOTHING_DECIDED, ...decided });
  const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");
  return entityReadiness({ ...input(facts, now, { of, digestOf }), entity: "DE01", signoffs: [], waivers: [] });
};
const gate = (readiness: EntityReadiness, id: string) => readiness.gates.find((each) => each.id === id)!;

describe("an entity's page", () => {
  it("shows each gate with what speaks for it, and says who is to sign", () => {
    const readiness = page(played(berlin(5, "11:00")), berlin(5, "11:30"));
    expect(readiness).toMatchObject({ verdict: "ready", worst: "soft", gatesPassed: 4, gatesAsked: 6, holds: [] });
    expect(gate(readiness, "actuals")).toMatchObject({ state: "done", next: null, gate: "flow" });
    expect(gate(readiness, "actuals").evidence.slice(0, 2)).toEqual([
      { label: "Needed through", value: berlin(2, "10:00"), format: "instant", link: null },
      { label: "Actuals complete through", value: berlin(5, "10:00"), format: "instant", link: null },
    ]);
    expect(gate(readiness, "ties").evidence[0]).toEqual({
      ...{ label: "Ledger to dashboard", value: "tied", format: "text" },
      link: { kind: "line", id: "tie-out" },
    });
    expect(gate(readiness, "soft").next).toMatchObject({ act: "prepare", owner: "accountant" });
    expect(gate(readiness, "no-blockers")).toMatchObject({ state: "done", mandatory: true });
  });

  it("names the worst gate, its owner and the next act", () => {
    const facts = played(berlin(3, "10:30"));
    partly(facts, berlin(3, "12:00"));
    facts.holds("ledger", "DE01", berlin(3, "12:30"), FIGURES);
    const readiness = page(facts, berlin(3, "12:45"));
    expect(readiness).toMatchObject({ verdict: "held", worst: "ties" });
    const [hold] = readiness.holds;
    expect(gate(readiness, "ties").next).toEqual({
      ...{ act: "open-line", owner: "analyst", text: "Unmapped cost centre 7710", hold: hold!.id },
    });
    expect(gate(readiness, "ties").evidence.map(({ value }) => value)).toContain("− 22,231.55 EUR");
    expect(gate(readiness, "pack").next).toMatchObject({ act: "wait", text: "Waits for Ties out." });
    expect(gate(readiness, "no-blockers")).toMatchObject({ state: "at-risk", holds: [hold!.id] });
  });

  it("is late, not held, once the signature it waits for is overdue, and says who owes it", () => {
    const readiness = page(played(berlin(5, "11:00")), berlin(5, "18:30"));
    expect(readiness).toMatchObject({ verdict: "late", worst: "soft" });
    expect(readiness.holds).toEqual([
      expect.objectContaining({
        ...{ id: "handoff-overdue.soft.prepare", code: "handoff-overdue", severity: "S2", owner: "controller" },
        title: "Soft close is overdue",
        text: "DE01: Nobody has signed yet. Waits for somebody to prepare it. Due 5 Nov 18:00.",
        sinceAt: berlin(5, "18:00"),
      }),
    ]);
    expect(gate(readiness, "soft").next).toMatchObject({ act: "prepare", owner: "accountant" });
  });

  it("follows the longest way, with what each step took and the slack that is left", () => {
    const steps = page(played(berlin(5, "11:00")), berlin(5, "11:30")).criticalPath;
    expect(steps.map(({ milestone, state, tookMinutes }) => [milestone, state, tookMinutes])).toEqual([
      ["actuals", "done", null],
      ["accruals", "done", 1560],
      ["ties", "done", 2],
      ["pack", "done", 0],
      ["signed", "not-due", null],
    ]);
    expect(steps[0]!.slackMinutes).toBe(474);
  });

  it("lets a difference pass that is explained and approved", () => {
    const facts = played(berlin(3, "10:30"));
    partly(facts, berlin(3, "12:00"));
    facts.holds("ledger", "DE01", berlin(3, "12:30"), FIGURES);
    const readiness = page(facts, berlin(3, "12:45"), { settled: ["tie-out"] });
    expect(gate(readiness, "ties")).toMatchObject({
      state: "done",
      why: "Does not tie; every difference is explained and approved.",
    });
    expect(gate(readiness, "no-blockers").state).toBe("done");
    expect(readiness.holds[0]).toMatchObject({ severity: "S3" });
    expect(readiness.holds[0]!.text).toContain("It was let pass and holds nothing.");
  });
});

describe("dashboards", () => {
  it("show nothing wrong while all is well", () => {
    expect(reportImpacts(input(played(berlin(5, "11:00")), berlin(5, "11:30")))).toEqual({});
  });

  it("show wrong numbers of an entity whose figures broke on the way", () => {
    const facts = played(berlin(3, "10:30"));
    partly(facts, berlin(3, "12:00"));
    facts.holds("ledger", "DE01", berlin(3, "12:30"), FIGURES);
    const impacts = reportImpacts(input(facts, berlin(3, "12:45")));
    expect(impacts["close-dashboard"]).toMatchObject({
      ...{ shows: "wrong", entities: ["DE01"], sinceAt: berlin(3, "12:06"), owner: "analyst" },
      because: [{ text: expect.stringContaining("DE01 is 22,231.55 EUR short in Anaplan.") }],
    });
  });

  it("show old numbers where newer ones have not arrived", () => {
    const impacts = reportImpacts(input(played(berlin(3, "10:30")), berlin(4, "17:00")));
    expect(impacts["close-dashboard"]).toMatchObject({ shows: "stale", entities: ["DE01"] });
  });
});

describe("closes before", () => {
  it("are told by days, deadlines kept and where the time went", () => {
    const facts = played(berlin(5, "11:00"));
    const decided = new Map([[PERIOD, UNDECIDED]]);
    const { current, previous, usual } = closeHistory({ ...input(facts, berlin(5, "11:30")), decided }, []);
    expect(current).toMatchObject({ period: PERIOD, entities: 1, closed: 0, closedAt: null, onTimeRate: 1 });
    expect(current.steps.map(({ milestone, met, tookMinutes }) => [milestone, met, tookMinutes])).toEqual([
      ["actuals", 1, 2046],
      ["accruals", 1, 1560],
      ["ties", 1, 2],
      ["pack", 1, 0],
      ["soft", 0, null],
      ["signed", 0, null],
    ]);
    expect(current.longest).toBe("actuals");
    expect({ previous, usual }).toEqual({ previous: [], usual: { daysToClose: null, onTimeRate: null } });
  });

  it("are compared with those something is known of, newest first", () => {
    const facts = played(berlin(5, "11:00"));
    facts.periods = () => ["2026-06", "2026-08", "2026-09", "2026-10"];
    expect(comparedPeriods(input(facts, berlin(5, "11:30")), "2026-10", 2)).toEqual(["2026-09", "2026-08"]);
  });
});
