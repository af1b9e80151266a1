import { describe, expect, it } from "vitest";
import { reconcileScene, SNAPSHOT_AT, type Book } from "../../test/reconcile-scene.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { ageOf } from "./ageing.ts";
import { canaryOf } from "./canary.ts";
import { momentOf } from "../checks/moment.ts";
import { equationsOf } from "./equations.ts";
import { exactOf, exactText, product } from "./exact.ts";
import { approvalOf, ruleVersion } from "./rule-version.ts";
import { unsettled } from "./settled.ts";

const [whole] = smallEstate().reconciliations;
const member = (from: string, to: string, more: object = {}) => ({ from, to, validFrom: "2020-01-01", ...more });
const RATES = {
  id: "group",
  title: "Group rates",
  rates: [
    { from: "USD", to: "EUR", period: "2026-10", kind: "closing", rate: "0.9211" },
    { from: "USD", to: "EUR", period: "2026-10", kind: "average", rate: "0.9187" },
    { from: "USD", to: "EUR", period: "2026-09", kind: "closing", rate: "0.9302" },
  ],
};

function scene(rule: object, sections: object = {}) {
  const legs = { legs: ["message", "plan"], grain: ["entity", "ledger", "account", "currency"], measures: ["net"] };
  return reconcileScene(smallEstate({ reconciliations: [{ ...whole, ...legs, ...rule }], ...sections }));
}
const net = (amounts: Record<string, string>): Book =>
  Object.fromEntries(Object.entries(amounts).map(([account, value]) => [account, { net: value }]));
const equations = (played: ReturnType<typeof scene>, at = 1) =>
  equationsOf(played.judge(), at).map(({ account, ...rest }) => [
    account,
    ...(["transform", "filtered", "difference", "unexplained"] as const).map((term) => exactText(rest[term])),
  ]);

describe("figures that do not fit", () => {
  it.each([
    ["1".repeat(27), "amount-too-large"],
    ["0.1234567890123", "scale-too-fine"],
    ["12,50", "not-a-number"],
    ["1e5", "not-a-number"],
    ["", "not-a-number"],
  ])("%s is refused by name", (text, code) => {
    expect(() => exactOf(text)).toThrow(expect.objectContaining({ code }));
  });

  it("products are exact or refused", () => {
    expect(exactText(product(exactOf("1234567.89"), exactOf("0.9211")))).toBe("1137160.483479");
    expect(() => product(exactOf("0.00000001"), exactOf("0.00001"))).toThrow(
      expect.objectContaining({ code: "scale-too-fine" }),
    );
    expect(() => product(exactOf("9".repeat(26)), exactOf("11"))).toThrow(
      expect.objectContaining({ code: "amount-too-large" }),
    );
  });

  it("make a hop unknown and name the figure; nothing else is touched", () => {
    const played = scene({});
    played.holds("message", net({ "4000": "9".repeat(26), "4001": "1" }));
    played.holds("plan", net({ "4000": "12,50" }));
    expect(played.judge().hops[1]).toMatchObject({
      state: "unknown",
      cause: "unreadable",
      finding: expect.stringContaining("12,50"),
    });
  });
});

describe("mappings", () => {
  const mappings = (...members: object[]) => ({
    mappings: [{ id: "chart", from: "message", to: "plan", dimension: "Account", members }],
  });

  it("move figures from code to code, and every step stays in the equation", () => {
    const played = scene({ mappings: ["chart"] }, mappings(member("4000", "Revenue"), member("4001", "Revenue")));
    played.holds("message", net({ "4000": "60", "4001": "40", "7000": "5" }));
    played.holds("plan", net({ Revenue: "100" }));
    expect(equations(played)).toEqual([
      ["4000", "-60", "0", "0", "0"],
      ["4001", "-40", "0", "0", "0"],
      ["7000", "0", "0", "-5", "5"],
      ["Revenue", "100", "0", "0", "0"],
    ]);
    expect(played.breaks()).toEqual([expect.objectContaining({ account: "7000", amount: "-5.00", cause: "unmapped" })]);
  });

  it("apply as valid at the period's end", () => {
    const before = member("4000", "Revenue", { validTo: "2026-10-30" });
    const played = scene(
      { mappings: ["chart"] },
      mappings(before, member("4000", "Services", { validFrom: "2026-10-31" })),
    );
    played.holds("message", net({ "4000": "60" }));
    played.holds("plan", net({ Services: "60" }));
    expect(played.judge().state).toBe("tied");
  });

  it("changed in retrospect make what was loaded before a break of version", () => {
    const later = member("4000", "Services", { recordedOn: "2026-11-04" });
    const played = scene({ mappings: ["chart"] }, mappings(member("4000", "Revenue"), later));
    played.holds("message", net({ "4000": "60" }));
    played.holds("plan", net({ Revenue: "60" }));
    const found = played.breaks();
    expect(found.map(({ account }) => account)).toEqual(["Revenue", "Services"]);
    expect(found[0]).toMatchObject({ cause: "version", causeText: expect.stringContaining("2026-11-04") });
  });
});

describe("translation", () => {
  const translated = (more: object = {}) =>
    scene(
      { measures: ["count", "net"], translations: [{ leg: "plan", to: "EUR", rateSet: "group", ...more }] },
      { rates: [RATES] },
    );
  const usd = { "4000": { count: "30", net: "1000.00" }, "1000": { count: "3", net: "-1000.00" } };

  it("takes the declared rate of each account and allows for rounding each row", () => {
    const played = translated({
      rate: "average",
      except: [{ accounts: { from: "1000", to: "1999" }, rate: "closing" }],
    });
    played.holds("message", usd, { currency: "USD" });
    played.holds("plan", { "4000": { count: "30", net: "918.62" }, "1000": { count: "3", net: "-921.11" } });
    expect(played.judge().state).toBe("tied");
  });

  it("names the rate that was used instead", () => {
    const played = translated();
    played.holds("message", usd, { currency: "USD" });
    played.holds("plan", { "4000": { count: "30", net: "918.70" }, "1000": { count: "3", net: "-930.20" } });
    expect(played.breaks().map(({ account, cause, causeText }) => [account, cause, causeText])).toEqual([
      ["1000", "rate", "Translated at the closing rate of 2026-09 in Group rates."],
      ["4000", "rate", "Translated at the average rate of 2026-10 in Group rates."],
    ]);
  });

  it("without a rate is unknown, and the rate is named", () => {
    const played = translated();
    played.holds("message", usd, { currency: "BRL" });
    played.holds("plan", usd);
    expect(played.judge()).toMatchObject({
      state: "unknown",
      hops: [{}, { cause: "rate-missing", finding: "No closing rate BRL → EUR for 2026-10 in Group rates." }],
    });
  });
});

describe("filters, versions and time", () => {
  it("keep back what is declared, and say so in the equation", () => {
    const played = scene({ filters: [{ leg: "plan", accounts: { from: "4000", to: "6999" } }] });
    played.holds("message", net({ "4000": "60", "1000": "7" }));
    played.holds("plan", net({ "4000": "60" }));
    expect(played.judge().state).toBe("tied");
    expect(equations(played)).toEqual([
      ["1000", "0", "7", "0", "0"],
      ["4000", "0", "0", "0", "0"],
    ]);
  });

  it("tell that another version was loaded", () => {
    const played = scene({ versions: { plan: "actual", message: "forecast" } });
    played.holds("message", net({ "4000": "60" }), { version: "forecast" });
    played.holds("message", net({ "4000": "55" }), { version: "actual" });
    played.holds("plan", net({ "4000": "55" }));
    expect(played.breaks()).toEqual([expect.objectContaining({ cause: "version", amount: "-5.00" })]);
  });

  it.each([
    ["within the work days given", 3, "flight", "timing"],
    ["after them", 1, "off", "timing-lapsed"],
  ])("a newer snapshot that has not arrived is timing %s", (_, workDays, state, cause) => {
    const played = scene({ timing: { workDays } });
    played.holds("message", net({ "4000": "60" }));
    played.holds("plan", net({ "4000": "55" }));
    const { watermark } = played.facts;
    played.facts.watermark = (name, ...rest) => {
      const mark = watermark(name, ...rest);
      return mark && name.name === "PLAN" ? { ...mark, snapshotAsOf: "2026-11-01T09:00:00.000Z" } : mark;
    };
    expect(played.judge().hops[1]).toMatchObject({ state, cause });
    expect(played.breaks().map((found) => found.cause)).toEqual(state === "off" ? ["late"] : []);
  });
});

describe("figures and a snapshot told by different runs", () => {
  it.each([
    ["of the target are not compared", "plan", "55", "unknown", "other-run"],
    ["of the source are not compared", "message", "55", "unknown", "other-run"],
    ["tie all the same where they are equal", "plan", "60", "tied", "ties"],
  ])("%s", (_, torn, amount, state, cause) => {
    const played = scene({});
    played.holds("message", net({ "4000": "60" }));
    played.holds("plan", net({ "4000": amount }));
    const next = played.facts.ran(torn, { entity: "DE01", startedAt: "2026-11-02T10:00:00.000Z", runId: "next" });
    const { watermark } = played.facts;
    played.facts.watermark = (name, ...rest) => {
      const mark = watermark(name, ...rest);
      return mark && name.name === torn.toUpperCase() ? { ...mark, runId: next.runId } : mark;
    };
    const judged = played.judge();
    expect(judged.hops[1]).toMatchObject({ state, cause });
    expect(judged.state).toBe(state === "tied" ? "tied" : "not-comparable");
    expect(played.breaks()).toEqual([]);
  });
});

describe("the rule itself", () => {
  it.each([
    ["finds what is planted", {}, "10", "found"],
    ["that lets the planted difference pass is broken", { tolerance: { absolute: "20" } }, "10", "missed"],
  ])("a rule that %s", (_, rule, amount, state) => {
    const played = scene({ ...rule, canary: { leg: "plan", amount } });
    played.holds("message", net({ "4000": "60" }));
    played.holds("plan", net({ "4000": "60" }));
    const { judging, hops } = played.judge();
    expect(canaryOf(judging, hops, momentOf(new Date(SNAPSHOT_AT)))).toBe(state);
  });

  it("has a version of what it compares, and is approved in that version only", () => {
    const version = ruleVersion(whole!);
    expect(ruleVersion({ ...whole!, title: "Renamed", owner: "controller" })).toBe(version);
    expect(ruleVersion({ ...whole!, tolerance: { ...whole!.tolerance, absolute: "1" } })).not.toBe(version);
    const approved = { by: "Maren Vogt", on: "2026-09-01", version: version.slice(0, 8) };
    expect(approvalOf({ ...whole!, approved }).state).toBe("approved");
    expect(approvalOf({ ...whole!, approved, measures: ["net"] }).state).toBe("stale");
    expect(approvalOf(whole!).state).toBe("none");
  });
});

describe("breaks", () => {
  it("keep their identity over checks and are settled only at the amount that was approved", () => {
    const played = scene({});
    played.holds("message", net({ "4000": "60" }));
    played.holds("plan", net({ "4000": "55" }));
    const [first] = played.breaks();
    const standing = (amount: string, state: "reviewed" | "explained") =>
      new Map([[first!.id, { id: first!.id, amount, state }]]);
    expect(unsettled([first!], standing("-5.00", "reviewed"))).toEqual([]);
    expect(unsettled([first!], standing("-5.00", "explained"))).toHaveLength(1);
    expect(unsettled([first!], standing("-4.00", "reviewed"))).toHaveLength(1);
    played.holds("plan", net({ "4000": "50" }));
    expect(played.breaks()[0]).toMatchObject({ id: first!.id, lineage: first!.lineage, amount: "-10.00" });
  });

  it.each([
    ["2026-11-02T09:00:00.000Z", 0, "0-2 WD"],
    ["2026-11-04T09:00:00.000Z", 2, "0-2 WD"],
    ["2026-11-06T09:00:00.000Z", 4, "3-5 WD"],
    ["2026-11-12T09:00:00.000Z", 8, "≤ 30 d"],
    ["2027-01-01T09:00:00.000Z", 44, "≤ 60 d"],
    ["2027-01-31T09:00:00.000Z", 64, "≤ 90 d"],
    ["2027-03-01T09:00:00.000Z", 85, "> 90 d"],
  ])("seen first on 2 November are by %s %i work days old: %s", (now, workDays, bucket) => {
    expect(ageOf(SNAPSHOT_AT, now, () => workDays)).toMatchObject({ workDays, bucket });
  });
});
