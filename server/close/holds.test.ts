import { describe, expect, it } from "vitest";
import { FIGURES } from "../../test/known-facts.ts";
import { berlin, collector, partly, played, show } from "../../test/played-board.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { SIGNED_ESTATE } from "../../test/signed-close.ts";

describe("what holds a close", () => {
  it("signatures that several entities owe are asked for once, from when the first was due", () => {
    const facts = played(berlin(5, "11:00"));
    const { holds } = show(facts, berlin(6, "04:00"), { estate: SIGNED_ESTATE });
    expect(holds).toEqual([
      expect.objectContaining({
        ...{ id: "handoff-overdue.soft.prepare", entity: null, severity: "S2", sinceAt: berlin(5, "18:00") },
        text: "DE01 and US01 wait for somebody to prepare it. Due 5 Nov 18:00.",
      }),
    ]);
  });

  it("one root cause is one hold with its amount, whatever inherits it", () => {
    const facts = played(berlin(3, "10:30"));
    partly(facts, berlin(3, "12:00"));
    facts.holds("ledger", "DE01", berlin(3, "12:30"), FIGURES);
    const { holds, cell, entity, head } = show(facts, berlin(3, "12:45"));
    expect(holds).toHaveLength(1);
    expect(holds[0]).toMatchObject({
      severity: "S1",
      code: "unmapped-member",
      title: "Unmapped cost centre 7710",
      text: "DE01 is 22,231.55 EUR short in Anaplan. 14 rows rejected: “Cost centre 7710 is not mapped”. Holds Ties out; Close dashboard shows it too.",
      entity: "DE01",
      amount: "-22231.55",
      currency: "EUR",
      owner: "analyst",
      act: "open-line",
      dueAt: berlin(4, "18:00"),
      sinceAt: berlin(3, "12:06"),
    });
    expect(cell("DE01", "ties")).toMatchObject({
      state: "held",
      note: "− 22,231.55 EUR",
      amount: "-22231.55",
      holds: [holds[0]!.id],
    });
    expect(cell("DE01", "accruals").state).toBe("done");
    expect(entity("DE01")).toMatchObject({ verdict: "held", rank: 0 });
    expect(head).toMatchObject({ worst: ["DE01"], unexplained: [{ currency: "EUR", amount: "22231.55" }] });
  });

  it("a difference below materiality is told and holds nothing", () => {
    const facts = played(berlin(4, "10:30"), ["DE01"]);
    const little = { ...FIGURES, debit: "149950.00", net: "99950.00" };
    facts.holds("plan", "DE01", berlin(4, "10:00"), little);
    facts.holds("board", "DE01", berlin(4, "10:00"), little);
    const { holds, cell } = show(facts, berlin(4, "10:45"), { entities: ["DE01"] });
    expect(holds.map((hold) => [hold.severity, hold.code, hold.amount])).toEqual([
      ["S3", "control-total-gap", "-50.00"],
    ]);
    expect(cell("DE01", "ties").state).toBe("done");
  });

  it("a budget that is overdrawn is told with its amount and who must act, though every figure adds up", () => {
    const [rule] = smallEstate().reconciliations;
    const legs = ["extract", "message", "plan", "board"];
    const estate = smallEstate({ reconciliations: [{ ...rule, kind: "budget", legs, measures: ["net"] }] });
    const facts = played(berlin(4, "10:30"), ["DE01"]);
    for (const [at, net] of ["100000.00", "70000.00", "42000.00", "-12000.00"].entries())
      facts.holds(legs[at]!, "DE01", berlin(4, "10:00"), { ...FIGURES, net });
    const { holds, cell } = show(facts, berlin(4, "10:45"), { entities: ["DE01"], estate });
    expect(holds).toEqual([
      expect.objectContaining({
        ...{ severity: "S1", code: "budget-overrun", title: "Budget overdrawn", owner: "analyst", amount: "-12000.00" },
        text: expect.stringMatching(/^DE01 has 12,000.00 EUR more committed or spent than its budget allows\./),
      }),
    ]);
    expect(cell("DE01", "ties").state).toBe("held");
  });

  it("a posting after the cut-off and the last snapshot is late; before the cut-off it is on its way", () => {
    const more = { count: "123", debit: "156000.00", credit: "50000.00", net: "106000.00" };
    const before = played(berlin(3, "10:30"), ["DE01"]);
    before.holds("ledger", "DE01", berlin(3, "11:00"), more);
    expect(show(before, berlin(3, "11:10"), { entities: ["DE01"] }).holds).toEqual([]);

    const after = played(berlin(3, "18:30"), ["DE01"]);
    after.holds("ledger", "DE01", berlin(3, "18:40"), more);
    const { holds, cell } = show(after, berlin(3, "18:45"), { entities: ["DE01"] });
    expect(holds).toHaveLength(1);
    expect(holds[0]).toMatchObject({
      code: "late-posting",
      severity: "S1",
      owner: "controller",
      act: "rerun",
      runId: null,
    });
    expect(holds[0]!.text).toContain("DE01 posted 6,000.00 EUR after the last snapshot");
    expect(cell("DE01", "ties")).toMatchObject({ state: "held", note: "late posting" });
  });

  it("a run that never started is noticed after its grace, and not before", () => {
    const facts = played(berlin(3, "10:30"), ["DE01"]);
    expect(show(facts, berlin(3, "12:29"), { entities: ["DE01"] }).holds).toEqual([]);
    const { holds, cell } = show(facts, berlin(3, "12:31"), { entities: ["DE01"] });
    expect(holds).toHaveLength(1);
    expect(holds[0]).toMatchObject({
      code: "missing-run",
      severity: "S2",
      owner: "engineer",
      act: "rerun",
      title: "Extract never started",
    });
    expect(holds[0]!.text).toContain(
      "DE01 expected “Extract DE01” at 3 Nov 12:00. No run, no error. Last good run 3 Nov 10:02.",
    );
    expect(cell("DE01", "accruals")).toMatchObject({ state: "at-risk", holds: [holds[0]!.id] });
    expect(
      show(facts, berlin(3, "16:30"), { entities: ["DE01"] }).holds[0]!.severity,
      "less time left than a repair takes",
    ).toBe("S1");
  });

  it("what has not been read yet is neither missing nor late", () => {
    const facts = played(berlin(3, "10:30"), ["DE01"]);
    const read = (at: string) => [collector({ readThroughAt: at })];
    const at = (now: string, readAt: string) =>
      show(facts, berlin(3, now), { entities: ["DE01"], collectors: read(berlin(3, readAt)) });
    expect(at("12:45", "12:20").holds).toEqual([]);
    expect(at("12:45", "12:31").holds).toHaveLength(1);
    expect(at("18:10", "12:20").cell("DE01", "accruals")).toMatchObject({ state: "at-risk", timing: "due" });
    expect(at("18:10", "18:01").cell("DE01", "accruals")).toMatchObject({ state: "held", timing: "missed" });
  });

  it("a message far over its usual time is a stall, and what waits behind it is not another hold", () => {
    const facts = played(berlin(3, "10:30"), ["DE01"]);
    for (const [at, state] of [
      ["12:00", "RUNNING"],
      ["14:00", "NEW"],
    ] as const) {
      facts.loaded("DE01", berlin(3, at), FIGURES, "extract");
      facts.ran("message", { entity: "DE01", startedAt: berlin(3, at), state, qualifier: "held" });
    }
    facts.holds("ledger", "DE01", berlin(3, "14:20"), FIGURES);
    const { holds, cell } = show(facts, berlin(3, "14:30"), { entities: ["DE01"] });
    expect(holds.map((hold) => [hold.code, hold.title, hold.sinceAt])).toEqual([
      ["queue-backlog", "Message stalled in Integration Suite", berlin(3, "12:00")],
    ]);
    expect(cell("DE01", "accruals").state).toBe("at-risk");
  });

  it("a failure its system tries again within the grace holds nothing; one nobody tries again does", () => {
    const facts = played(berlin(3, "10:30"), ["DE01"]);
    facts.loaded("DE01", berlin(3, "12:00"), FIGURES, "message");
    const error = "actionFailed: The model was locked.";
    const failed = { entity: "DE01", state: "FAILED", error } as const;
    facts.ran("plan", { ...failed, startedAt: berlin(3, "12:04"), endedAt: berlin(3, "12:06") });
    const holds = (now: string) => show(facts, berlin(3, now), { entities: ["DE01"] }).holds;
    expect(holds("12:20")).toEqual([]);
    expect(holds("12:37")).toMatchObject([{ code: "job-failed", severity: "S2", sinceAt: berlin(3, "12:06") }]);
    expect(holds("12:37")[0]!.text).toContain("DE01: load failed 3 Nov 12:06: “The model was locked”.");
    const again = { startedAt: berlin(3, "12:14") };
    facts.ran("plan", { entity: "DE01", ...again, state: "RUNNING" });
    expect(holds("12:38")).toEqual([]);
    facts.ran("plan", { ...failed, ...again, endedAt: berlin(3, "12:40") });
    expect(holds("12:41")).toMatchObject([{ code: "job-failed", sinceAt: berlin(3, "12:06") }]);
  });

  it("a late posting opens a milestone again that was met in time", () => {
    const facts = played(berlin(4, "18:30"), ["DE01"]);
    const tied = show(facts, berlin(4, "18:35"), { entities: ["DE01"] }).cell("DE01", "ties");
    expect(tied).toMatchObject({ state: "done", timing: "met" });
    facts.holds("ledger", "DE01", berlin(4, "18:40"), {
      ...FIGURES,
      count: "121",
      debit: "151000.00",
      net: "101000.00",
    });
    const { holds, cell } = show(facts, berlin(4, "18:45"), { entities: ["DE01"] });
    expect(cell("DE01", "ties")).toMatchObject({
      state: "held",
      timing: "met",
      metAt: tied.metAt,
      note: "late posting",
    });
    expect(cell("DE01", "ties").why).toContain("is open again.");
    expect(holds.map(({ sinceAt }) => sinceAt)).toEqual([berlin(4, "18:00")]);
    facts.holds("ledger", "DE01", berlin(4, "20:40"), {
      ...FIGURES,
      count: "121",
      debit: "151000.00",
      net: "101000.00",
    });
    expect(show(facts, berlin(4, "20:45"), { entities: ["DE01"] }).holds[0]!.sinceAt).toBe(berlin(4, "18:00"));
  });

  it("a refresh that fails for all is one hold, told as a stale report", () => {
    const facts = played(berlin(3, "10:30"));
    const runId = "refresh-1";
    for (const entity of ["DE01", "US01"]) {
      facts.ran("board", {
        runId,
        entity,
        startedAt: berlin(3, "11:40"),
        endedAt: berlin(3, "11:42"),
        state: "FAILED",
        error: "The gateway is offline.",
      });
    }
    const { holds, head } = show(facts, berlin(3, "12:20"));
    expect(holds).toHaveLength(1);
    expect(holds[0]).toMatchObject({ code: "stale-report", entity: null, runId, title: "Close dashboard is stale" });
    expect(holds[0]!.text).toContain("2 entities: refresh failed 3 Nov 11:42: “The gateway is offline”.");
    expect(head.staleReports).toMatchObject([{ report: "close-dashboard", sinceAt: berlin(3, "11:42") }]);
  });

  it("a collector without credentials makes its data unknown and nothing missing", () => {
    const row = collector({
      state: "degraded",
      reason: "The token has expired.",
      reasonCode: "unauthorized",
      sinceAt: berlin(3, "10:20"),
    });
    const { holds, cell } = show(played(berlin(3, "10:30"), ["DE01"]), berlin(3, "13:00"), {
      collectors: [row],
      entities: ["DE01"],
    });
    expect(holds).toHaveLength(1);
    expect(holds[0]).toMatchObject({
      code: "credential-expiry",
      severity: "S2",
      owner: "platform",
      class: "technical",
    });
    expect(holds[0]!.text).toContain("Endangers Accruals and Ties out");
    expect(cell("DE01", "accruals").state).toBe("unknown");
    expect(cell("DE01", "actuals").state).toBe("done");
  });
});
