import { describe, expect, it } from "vitest";
import { smallEstate } from "../../test/small-estate.ts";
import { checkMasterData } from "./check-master-data.ts";
import { checkReconciliations } from "./check-reconciliations.ts";

type Change = Parameters<typeof smallEstate>[0];

function complaintsOf(change: Change): string[] {
  const complaints: string[] = [];
  const estate = smallEstate(change);
  for (const check of [checkReconciliations, checkMasterData])
    check(estate, (path, what, expected) => complaints.push(`${path.join(".")}: ${what}; expected ${expected}`));
  return complaints;
}

const [whole] = smallEstate().reconciliations;
const rule = (change: object): Change => ({ reconciliations: [{ ...whole, ...change }] });
const RATE = { from: "USD", to: "EUR", period: "2026-10", kind: "closing", rate: "0.92" };
const rates = (...list: object[]): Change => ({ rates: [{ id: "group", title: "Group rates", rates: list }] });
const mapping = (dimension: string, members: object[], to = "plan") => ({
  mappings: [{ id: "chart", from: "ledger", to, dimension, members }],
});
const member = (change: object = {}) => ({ from: "4000", to: "Revenue", validFrom: "2020-01-01", ...change });

describe("reconciliations, mappings and rates of an estate", () => {
  it.each<[string, Change, (string | RegExp)[]]>([
    ["nothing wrong", { ...rule({ mappings: ["chart"] }), ...mapping("Account", [member()]), ...rates(RATE) }, []],
    [
      "a budget without what uses it",
      rule({ kind: "budget", legs: ["plan", "board"] }),
      [/“tie-out” has 2 legs; expected a budget, what uses it, and what is left/],
    ],
    ["a sum of datasets on no common flow", rule({ kind: "sum", legs: ["board", "plan", "extract"] }), []],
    ["a version of no leg", rule({ versions: { mars: "budget" } }), [/versions.mars: there is no leg “mars”/]],
    [
      "a canary that plants nothing",
      rule({ canary: { leg: "plan", amount: "0.00" } }),
      [/the planted difference is zero; expected an amount the rule must find/],
    ],
    ["a negative cap", rule({ tolerance: { cap: "-1" } }), [/the tolerance “cap” is -1; expected zero or more/]],
    [
      "a translation by unknown rates",
      rule({ translations: [{ leg: "plan", to: "EUX", rateSet: "mars" }] }),
      [/there is no rate set “mars”/, /there is no currency “EUX”/],
    ],
    [
      "a filter where figures begin",
      rule({ filters: [{ leg: "ledger", accounts: { from: "4", to: "3" } }] }),
      [/“ledger” is where figures begin; expected a later leg/, /the accounts end at 3, before 4/],
    ],
    [
      "a mapping of what totals do not carry",
      { ...rule({ mappings: ["chart"] }), ...mapping("Cost centre", []) },
      [/“chart” maps Cost centre, which control totals do not carry/],
    ],
    [
      "a mapping to the first leg",
      { ...rule({ mappings: ["chart"] }), ...mapping("Account", [], "ledger") },
      [/“chart” leads to “ledger”; expected a mapping to one of extract, message, plan, board/],
    ],
    [
      "one member to two at once",
      mapping("Account", [member(), member({ to: "Sales", validFrom: "2025-01-01" })]),
      [/“4000” leads to two members at once/],
    ],
    [
      "one member to another in turn, and changed in retrospect",
      mapping("Account", [
        member({ validTo: "2024-12-31" }),
        member({ to: "Sales", validFrom: "2025-01-01" }),
        member({ to: "Other", validFrom: "2025-01-01", recordedOn: "2026-11-03" }),
      ]),
      [],
    ],
    ["a rate of nothing", rates({ ...RATE, rate: "0" }), [/the rate is 0; expected more than zero/]],
    ["a rate twice", rates(RATE, RATE), [/USD EUR 2026-10 closing stands twice; expected each rate once/]],
  ])("%s", (_, change, wanted) => {
    const found = complaintsOf(change);
    expect(found).toHaveLength(wanted.length);
    for (const [at, pattern] of wanted.entries()) expect(found[at]).toMatch(pattern);
  });
});
