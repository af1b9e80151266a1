import { describe, expect, test } from "vitest";
import { berlin, collector, estate, PERIOD, played, partly } from "../../../test/played-board.ts";
import { minutesAfter, type KnownFacts } from "../../../test/known-facts.ts";
import type { CollectorRow } from "../../../schemas/wire/live.ts";
import { calendarsOf } from "../../close/calendars.ts";
import { findIncidents } from "../find-incidents.ts";
import { upstreamOf } from "../upstream.ts";
import { closeExceptions } from "./close-exceptions.ts";
import { inputExceptions } from "./input-exceptions.ts";
import { looseRunExceptions } from "./loose-run-exceptions.ts";
import { towerExceptions } from "./tower-exceptions.ts";

function look(facts: KnownFacts, now: string, collectors: CollectorRow[] = []) {
  const input = { estate, calendars: calendarsOf(estate), facts, now: new Date(now), period: PERIOD, collectors };
  const { own, systems } = closeExceptions(input);
  return [...own, ...systems];
}
const found = (...looked: Parameters<typeof look>) =>
  findIncidents(estate, upstreamOf(estate), { now: looked[1], exceptions: look(...looked), blind: new Set() }).findings;

describe("what is wrong with a close", () => {
  test("is nothing while every load arrives and ties", () => {
    expect(look(played(berlin(2, "16:00")), berlin(2, "16:30"))).toEqual([]);
  });

  test("is one cause where rows are refused, with what it holds and no word of amounts to engineers", () => {
    const facts = played(berlin(3, "10:00"));
    partly(facts, berlin(3, "12:00"));
    const [only, ...others] = found(facts, berlin(3, "12:30")).filter(({ entities }) => entities.includes("DE01"));
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      ...{ code: "unmapped-member", class: "business", severity: "S1", ownerRole: "analyst", entities: ["DE01"] },
      impact: { reports: [{ id: "close-dashboard" }] },
    });
    expect(only!.impact.milestones.map(({ id }) => id)).toContain("ties");
    expect(only!.words.finance.text).toContain("22,231.55 EUR");
    expect(only!.words.engineering.text).not.toContain("22,231.55");
  });

  test("shows a vendor's text nobody has classified as unknown, and never drops it", () => {
    const facts = played(berlin(2, "14:00"));
    const [, , load] = facts.loaded("DE01", berlin(2, "16:00"));
    const said = { code: "unknown" as const, class: "technical" as const, message: "Cell 4711 was <b>odd</b>" };
    facts.ran("plan", { ...load!, entity: "DE01", startedAt: load!.startedAt!, exceptions: [said] });
    expect(found(facts, berlin(2, "16:30")).filter(({ entities }) => entities.includes("DE01"))).toMatchObject([
      { code: "unknown", severity: "S3", ownerRole: "engineer", cause: { detail: said.message }, holds: [] },
    ]);
  });

  test("is the system where its credentials are refused, whatever waits behind it", () => {
    const facts = played(berlin(2, "12:00"));
    const refused = { state: "down" as const, reasonCode: "unauthorized" as const, reason: "401" };
    const down = collector({ ...refused, system: "planning", title: "Anaplan", sinceAt: berlin(2, "12:30") });
    expect(found(facts, berlin(2, "19:00"), [down])[0]).toMatchObject({
      ...{ causeKey: "credential-expiry.planning", code: "credential-expiry", ownerRole: "platform" },
      cause: { kind: "system", system: "planning" },
    });
  });

  test("grows worse when less time is left than a repair takes", () => {
    const facts = played(berlin(3, "10:00"), ["DE01"]);
    const failing = (at: string) => {
      const [extract, message] = facts.loaded("DE01", at, undefined, "message");
      facts.ran("plan", {
        ...{ entity: "DE01", startedAt: minutesAfter(at, 4), endedAt: minutesAfter(at, 6), state: "FAILED" },
        ...{ correlationId: (message ?? extract)!.correlationId, error: "The model is locked" },
      });
    };
    failing(berlin(3, "12:00"));
    const at = (time: string) => found(facts, berlin(3, time)).find(({ code }) => code === "job-failed")!.severity;
    // Accruals are due at 18:00, and a repair takes two hours.
    expect([at("13:00"), at("16:30")]).toEqual(["S2", "S1"]);
  });
});

describe("what is wrong beside the close", () => {
  test.each([
    [{ tasks: { waiting: 4, oldestSeconds: 10 }, unwrittenBytes: 10, auditBroken: null }, []],
    [
      { tasks: { waiting: 4, oldestSeconds: 900 }, unwrittenBytes: 10, auditBroken: null },
      ["queue-backlog S2 platform"],
    ],
    [
      { tasks: { waiting: 0, oldestSeconds: 0 }, unwrittenBytes: 9e7, auditBroken: null },
      ["queue-backlog S2 platform"],
    ],
    [
      { tasks: { waiting: 0, oldestSeconds: 0 }, unwrittenBytes: 0, auditBroken: "Entry 7 was changed." },
      ["duty-breach S1 platform"],
    ],
  ])("the tower tells of itself: %j", (health, told) => {
    const exceptions = towerExceptions(health, berlin(2, "12:00"));
    expect(exceptions.map(({ code, severity, ownerRole }) => `${code} ${severity} ${ownerRole}`)).toEqual(told);
  });

  test("input of one sender is one cause, whatever its reasons", () => {
    const waiting = ["no eventTime", "no job"].map((reason) => ({
      source: "airflow",
      reason,
      items: 2,
      sinceAt: berlin(2, "12:00"),
    }));
    expect(new Set(inputExceptions(waiting).map(({ causeKey }) => causeKey)).size).toBe(1);
  });

  test("jobs of no flow that fail for one reason are one cause", () => {
    const failed = (jobName: string, error: string) => ({
      run: { jobNamespace: "airflow://x", jobName, runId: jobName, error, endedAt: "2026-11-03 10:00:00.000" },
      system: null,
    });
    const keys = looseRunExceptions([
      failed("a", "Disk 3 is full"),
      failed("b", "Disk 4 is full"),
      failed("c", ""),
      failed("d", ""),
    ]).map(({ causeKey }) => causeKey);
    expect(new Set(keys).size).toBe(3);
    expect(keys[0]).toBe(keys[1]);
  });
});
