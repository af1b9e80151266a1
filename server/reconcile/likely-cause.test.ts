import { describe, expect, it } from "vitest";
import { reconcileScene, type Book } from "../../test/reconcile-scene.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { likelyCause } from "./likely-cause.ts";

const [whole] = smallEstate().reconciliations;
const rule = {
  legs: ["message", "plan"],
  grain: ["entity", "ledger", "account", "currency"],
  measures: ["net"],
};
const scene = () => reconcileScene(smallEstate({ reconciliations: [{ ...whole, ...rule }] }));
const net = (amounts: Record<string, string>): Book =>
  Object.fromEntries(Object.entries(amounts).map(([account, value]) => [account, { net: value }]));

describe("what most likely made a hop differ", () => {
  it.each([
    ["the same twice", { "4000": "60", "4001": "-14" }, { "4000": "120", "4001": "-28" }, "duplicate"],
    ["the sign turned", { "4000": "60", "4001": "-14" }, { "4000": "-60", "4001": "14" }, "sign"],
    ["an account too many", { "4000": "60" }, { "4000": "60", "6500": "482.50" }, "missing-side"],
    ["an amount nobody can explain", { "4000": "60" }, { "4000": "71" }, "unknown"],
    [
      "the account that is off by most counts",
      { "4000": "9", "4001": "60" },
      { "4000": "8", "4001": "120" },
      "duplicate",
    ],
  ])("%s", (_, from, to, cause) => {
    const played = scene();
    played.holds("message", net(from));
    played.holds("plan", net(to));
    expect(likelyCause({ judged: played.judge(), input: played.input("tie-out") }, 1)).toBe(cause);
  });
});

describe("figures of different batches, where a system tells no snapshot", () => {
  it.each([
    ["are not compared", "GLA-2", "unknown", "other-batch"],
    ["of one batch are", "GLA-1", "off", "gap"],
    ["that name none are", null, "off", "gap"],
  ])("%s", (_, correlationId, state, cause) => {
    const played = scene();
    played.holds("message", net({ "4000": "60" }), { run: { correlationId: "GLA-1" } });
    played.holds("plan", net({ "4000": "55" }), { run: { correlationId } });
    const { watermark } = played.facts;
    played.facts.watermark = (name, ...rest) => {
      const mark = watermark(name, ...rest);
      return mark && name.name === "PLAN" ? { ...mark, snapshotAsOf: null } : mark;
    };
    expect(played.judge().hops[1]).toMatchObject({ state, cause });
  });
});
