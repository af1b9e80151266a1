import { describe, expect, it } from "vitest";
import { reconcileScene, type Book } from "../../test/reconcile-scene.ts";
import { smallEstate } from "../../test/small-estate.ts";

const [whole] = smallEstate().reconciliations;

function balance(rule: object) {
  return reconcileScene(smallEstate({ reconciliations: [{ ...whole, measures: ["net"], ...rule }] }));
}
const net = (amounts: Record<string, string>): Book =>
  Object.fromEntries(Object.entries(amounts).map(([account, value]) => [account, { net: value }]));

describe("budgets and sums", () => {
  const budget = { kind: "budget", legs: ["ledger", "message", "extract", "plan"], grain: ["entity", "currency"] };
  const versions = { versions: { ledger: "budget" } };

  it.each([
    ["budget − commitments − actuals = available", "45", []],
    ["what is missing is told", "40", [{ hop: "plan", amount: "-5.00" }]],
  ])("%s", (_, available, found) => {
    const played = balance({ ...budget, ...versions });
    played.holds("ledger", net({ "": "100" }), { version: "budget" });
    played.holds("message", net({ "": "25" }));
    played.holds("extract", net({ "": "30" }));
    played.holds("plan", net({ "": available }));
    expect(played.breaks()).toEqual(found.map((each) => expect.objectContaining(each)));
  });

  it("raises what is overdrawn though every figure adds up, and its own cells where others do not", () => {
    const played = balance({ ...budget, ...versions, grain: ["entity", "account", "currency"] });
    played.holds("ledger", net({ "6000": "100", "6100": "50", "6200": "10" }), { version: "budget" });
    played.holds("message", net({ "6000": "90", "6100": "10", "6200": "0" }));
    played.holds("extract", net({ "6000": "22.50", "6100": "10", "6200": "0" }));
    played.holds("plan", net({ "6000": "-12.50", "6100": "30", "6200": "10" }));
    expect(played.judge()).toMatchObject({ state: "off", hops: [{}, {}, {}, { cause: "overdrawn" }] });
    const overdrawn = { account: "6000", amount: "-12.50", unexplained: "12.50", cause: "overdrawn" };
    expect(played.breaks()).toEqual([expect.objectContaining(overdrawn)]);
    expect(played.breaks()[0]!.evidence.map(({ value }) => value)).toEqual([
      ...["+ 100.00 EUR", "+ 90.00 EUR", "+ 22.50 EUR", "− 12.50 EUR"],
    ]);
    played.holds("plan", net({ "6000": "-12.50", "6100": "29", "6200": "10" }));
    expect(played.judge().hops[3]).toMatchObject({ state: "off", cause: "gap" });
    expect(played.breaks()).toEqual([
      expect.objectContaining(overdrawn),
      expect.objectContaining({ account: "6100", amount: "-1.00" }),
    ]);
    played.holds("message", net({ "6000": "77.50", "6100": "10", "6200": "0" }));
    played.holds("plan", net({ "6000": "0", "6100": "30", "6200": "10" }));
    expect(played.judge().state).toBe("tied");
  });

  it.each([
    ["ties when the parts add up, though one has none", "100", "tied"],
    ["is off when they do not", "99", "off"],
  ])("a budget published to several systems %s", (_, received, state) => {
    const played = balance({ kind: "sum", legs: ["plan", "message", "extract"], grain: ["entity", "currency"] });
    played.holds("plan", net({ "": "100" }));
    played.holds("message", net({ "": received }));
    expect(played.judge().state).toBe(state);
  });

  it("is unknown while nothing has been received", () => {
    const played = balance({ kind: "sum", legs: ["plan", "message", "extract"] });
    played.holds("plan", net({ "": "100" }));
    expect(played.judge().state).toBe("unknown");
  });
});
