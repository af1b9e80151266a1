import { describe, expect, it } from "vitest";
import type { RequestRow } from "../../schemas/wire/live.ts";
import { FIGURES, knownFacts, minutesAfter } from "../../test/known-facts.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { calendarsOf } from "../close/calendars.ts";
import { flowStrips } from "./flow-strips.ts";
import { freshnessRows } from "./freshness-rows.ts";

const AT = "2026-11-02T09:00:00.000Z";
const estate = smallEstate();
const judging = { estate, calendars: calendarsOf(estate), period: "2026-10", collectors: [], entities: "all" as const };

const request: RequestRow = {
  kind: "request",
  id: "q1",
  act: "replay",
  title: "Run it again",
  class: "technical",
  flow: "actuals",
  entity: "DE01",
  period: "2026-10",
  dataset: "plan",
  entities: ["DE01"],
  state: "running",
  requestedBy: "Ana",
  requestedAt: AT,
  changedAt: AT,
  reason: "again",
  correlationId: null,
  runId: null,
  outcome: null,
  progress: { total: 1, done: 0, underWay: 1, asking: 0, failed: 0 },
  approval: { needed: 0, given: 0, expiresAt: null, brokenGlass: false },
  heldBy: null,
  schedule: null,
};

describe("flow strips", () => {
  it("move through the hops with the runs, and weigh more when they need a person", () => {
    const facts = knownFacts(estate, "2026-10");
    for (const entity of ["DE01", "US01"]) facts.loaded(entity, AT);
    facts.holds("ledger", "DE01", AT, FIGURES);
    facts.holds("ledger", "US01", AT, FIGURES);
    const strips = (now: string, requests: RequestRow[] = []) =>
      flowStrips({ ...judging, facts, now: new Date(now), requests });
    const calm = strips(minutesAfter(AT, 10))["actuals:DE01"]!;
    expect(calm.hops.map((hop) => hop.state)).toEqual(["tied", "tied", "tied", "tied"]);
    expect(calm).toMatchObject({
      freshness: "fresh",
      completeThrough: AT,
      ageMinutes: 10,
      nextDueAt: "2026-11-02T11:00:00.000Z",
      exceptions: 0,
      requestId: null,
    });
    expect(calm.why).toBe("Complete through 2 Nov 10:00. Next load 2 Nov 12:00.");

    facts.ran("plan", { entity: "DE01", startedAt: minutesAfter(AT, 120), state: "RUNNING", progress: 0.4 });
    const moving = strips(minutesAfter(AT, 121), [request])["actuals:DE01"]!;
    expect(moving.hops[2]).toMatchObject({ state: "flight", progress: 0.4, runState: "RUNNING" });
    expect(moving).toMatchObject({ requestId: "q1", requestState: "running", why: "Load is under way in Anaplan." });

    facts.ran("plan", {
      entity: "DE01",
      startedAt: minutesAfter(AT, 120),
      endedAt: minutesAfter(AT, 122),
      state: "FAILED",
    });
    const failed = strips(minutesAfter(AT, 123));
    expect(failed["actuals:DE01"]!.hops[2]!.state).toBe("off");
    expect(failed["actuals:DE01"]!.weight).toBeGreaterThan(failed["actuals:US01"]!.weight);
    expect(failed["actuals:DE01"]!.why).toBe("Load: failed since 2 Nov 12:02.");
  });

  it("show only entities in scope", () => {
    const facts = knownFacts(estate, "2026-10");
    expect(Object.keys(flowStrips({ ...judging, facts, now: new Date(AT), requests: [], entities: ["US01"] }))).toEqual(
      ["actuals:US01"],
    );
  });

  it("freshness stands per dataset and entity", () => {
    const facts = knownFacts(estate, "2026-10");
    facts.loaded("DE01", AT, FIGURES, "message");
    const rows = freshnessRows({ ...judging, facts, now: new Date(minutesAfter(AT, 30)), entities: ["DE01"] });
    expect(rows.map((row) => [row.dataset, row.state])).toEqual([
      ["extract", "fresh"],
      ["message", "fresh"],
      ["plan", "missing"],
      ["board", "missing"],
    ]);
  });
});
