import { describe, expect, it } from "vitest";
import { FIGURES, knownFacts, minutesAfter } from "../../test/known-facts.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { calendarsOf } from "../close/calendars.ts";
import { lineOf } from "../close/entity-lines.ts";

const AT = "2026-11-02T09:00:00.000Z";
const SHORT = { count: "106", debit: "127768.45", credit: "50000.00", net: "77768.45" };

function tell(estate = smallEstate()) {
  const facts = knownFacts(estate, "2026-10");
  const line = (now: string) =>
    lineOf({
      estate,
      calendars: calendarsOf(estate),
      facts,
      now: new Date(now),
      period: "2026-10",
      entity: "DE01",
      reconciliation: "tie-out",
    });
  return { facts, line, states: (now: string) => line(now).hops.map((hop) => hop.state) };
}

describe("the tie-out line", () => {
  it("ties from end to end", () => {
    const { facts, line } = tell();
    facts.holds("ledger", "DE01", AT, FIGURES);
    facts.loaded("DE01", AT);
    const tied = line(minutesAfter(AT, 30));
    expect(tied).toMatchObject({ state: "tied", firstOff: null, difference: "0.00", currency: "EUR", ledger: "0L" });
    expect(tied.hops.map((hop) => [hop.state, hop.net, hop.count])).toEqual(
      tied.hops.map(() => ["tied", "100000.00", "120"]),
    );
    expect(tied.hops[3]).toMatchObject({ runId: `plan-DE01-${minutesAfter(AT, 4)}`, durationSeconds: 120, attempt: 1 });
  });

  it("names the first hop that fails; later ones carry it", () => {
    const { facts, line } = tell();
    facts.holds("ledger", "DE01", AT, FIGURES);
    const runs = facts.loaded("DE01", AT);
    facts.holds("plan", "DE01", AT, SHORT, runs[2]!);
    facts.holds("board", "DE01", AT, SHORT, runs[3]!);
    const off = line(minutesAfter(AT, 30));
    expect(off.hops.map((hop) => hop.state)).toEqual(["tied", "tied", "tied", "off", "carries"]);
    expect(off).toMatchObject({ state: "off", firstOff: 3, difference: "-22231.55", sinceAt: minutesAfter(AT, 6) });
    expect(off.hops[3]).toMatchObject({ difference: "-22231.55", measures: ["count", "debit", "net"] });
    expect(off.hops[3]!.why).toBe("22,231.55 EUR short of the hop before.");
    expect(off.hops[4]).toMatchObject({ difference: "0.00", measures: [] });
  });

  it("rejected rows explain a gap and do not close it", () => {
    const { facts, line } = tell();
    facts.holds("ledger", "DE01", AT, FIGURES);
    facts.loaded("DE01", AT);
    const run = facts.ran("plan", {
      entity: "DE01",
      startedAt: minutesAfter(AT, 4),
      endedAt: minutesAfter(AT, 6),
      rowsRejected: 14,
      exceptions: [
        {
          code: "unmapped-member",
          class: "business",
          message: "Cost centre 7710 is not mapped.",
          count: 14,
          amount: "22231.55",
          currency: "EUR",
        },
      ],
    });
    facts.holds("plan", "DE01", AT, SHORT, run);
    const hop = line(minutesAfter(AT, 30)).hops[3]!;
    expect(hop).toMatchObject({ state: "off", difference: "-22231.55" });
    expect(hop.why).toContain("14 rows rejected: “Cost centre 7710 is not mapped”.");
  });

  it("different snapshots are not comparable: on its way while a run is, unknown once none is", () => {
    const { facts, line, states } = tell();
    const later = minutesAfter(AT, 120);
    facts.holds("ledger", "DE01", later, SHORT);
    facts.loaded("DE01", AT);
    facts.loaded("DE01", later, SHORT, "message");
    expect(states(minutesAfter(later, 10))).toEqual(["tied", "tied", "tied", "flight", "tied"]);
    expect(line(minutesAfter(later, 10)).state).toBe("flight");
    expect(states(minutesAfter(later, 60))).toEqual(["tied", "tied", "tied", "unknown", "tied"]);
    expect(line(minutesAfter(later, 60)).state).toBe("not-comparable");
    facts.ran("plan", { entity: "DE01", startedAt: minutesAfter(later, 55), state: "RUNNING" });
    expect(states(minutesAfter(later, 60))[3]).toBe("flight");
  });

  it("one side missing is unknown, never tied", () => {
    const { facts, line, states } = tell();
    expect(states(AT)).toEqual(Array(5).fill("unknown"));
    facts.loaded("DE01", AT, FIGURES, "extract");
    expect(states(minutesAfter(AT, 90))).toEqual(["unknown", "unknown", "unknown", "unknown", "unknown"]);
    expect(line(minutesAfter(AT, 90))).toMatchObject({ state: "unknown", difference: null });
  });

  it("compares at account grain where both sides know accounts", () => {
    const { facts, states } = tell(
      smallEstate({
        reconciliations: [{ ...smallEstate().reconciliations[0], grain: ["entity", "account", "currency"] }],
      }),
    );
    facts.loaded("DE01", AT);
    facts.holds("ledger", "DE01", AT, FIGURES);
    const totals = facts.totals;
    const moved = (name: string, swap: boolean) =>
      [
        ["4000", swap ? "70" : "60"],
        ["5000", swap ? "30" : "40"],
      ].map(([account, value]) => ({
        ...totals({ namespace: swap ? "planning://small" : "hub://small", name }, "DE01", "2026-10", "actual")[0]!,
        ...{ name, account: account!, measure: "net" as const, value: value! },
      }));
    facts.totals = (name, ...rest) =>
      name.name === "MESSAGE" || name.name === "PLAN" ? moved(name.name, name.name === "PLAN") : totals(name, ...rest);
    expect(states(minutesAfter(AT, 30))[3], "the sum is the same, the accounts are not").toBe("off");
  });

  it("hops within tolerance that add up to more are off at the end", () => {
    const { facts, line } = tell(
      smallEstate({
        reconciliations: [{ ...smallEstate().reconciliations[0], measures: ["net"], tolerance: { absolute: "1" } }],
      }),
    );
    facts.loaded("DE01", AT);
    for (const [step, dataset] of ["ledger", "extract", "message", "plan", "board"].entries()) {
      facts.holds(dataset, "DE01", AT, { ...FIGURES, net: `${100000 + step * 0.5}` });
    }
    const drifted = line(minutesAfter(AT, 30));
    expect(drifted).toMatchObject({ state: "off", firstOff: 4, difference: "2.00" });
    expect(drifted.hops[4]!.why).toContain("from end to end they are not");
  });
});
