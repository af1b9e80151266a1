import Big from "big.js";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Mapping } from "../../schemas/estate/flow.ts";
import { idsOf, mustBe, type Complain } from "./named.ts";
import { checkCurrency } from "./places.ts";

/** Mappings and rates answer every question at most once. */
export function checkMasterData(estate: Estate, complain: Complain): void {
  const datasets = idsOf(estate.datasets);
  for (const [at, mapping] of estate.mappings.entries()) {
    mustBe(datasets, mapping.from, "dataset", ["mappings", at, "from"], complain);
    mustBe(datasets, mapping.to, "dataset", ["mappings", at, "to"], complain);
    checkMembers(mapping, at, complain);
  }
  checkRates(estate, complain);
}

/** One member leads to one other on any day, as far as was known at any time. */
function checkMembers(mapping: Mapping, at: number, complain: Complain): void {
  const seen = new Map<string, { from: string; to: string }[]>();
  for (const [of, member] of mapping.members.entries()) {
    const path = ["mappings", at, "members", of] as const;
    const { from, validFrom, validTo = "9999-12-31", recordedOn = "" } = member;
    if (validTo < validFrom)
      complain([...path, "validTo"], `“${from}” ends on ${validTo}, before it begins`, "validFrom ≤ validTo");
    const key = `${from}\n${recordedOn}`;
    const spans = seen.get(key) ?? [];
    const twice = spans.some((span) => span.from <= validTo && validFrom <= span.to);
    if (twice)
      complain([...path, "from"], `“${from}” leads to two members at once`, "spans that do not overlap, or recordedOn");
    seen.set(key, [...spans, { from: validFrom, to: validTo }]);
  }
}

function checkRates(estate: Estate, complain: Complain): void {
  for (const [at, { rates }] of estate.rates.entries()) {
    const seen = new Set<string>();
    for (const [of, { from, to, period, kind, rate }] of rates.entries()) {
      const path = ["rates", at, "rates", of] as const;
      checkCurrency(from, [...path, "from"], complain);
      checkCurrency(to, [...path, "to"], complain);
      if (Big(rate).lte(0)) complain([...path, "rate"], `the rate is ${rate}`, "more than zero");
      const key = [from, to, period, kind].join(" ");
      if (seen.has(key)) complain(path, `${key} stands twice`, "each rate once");
      seen.add(key);
    }
  }
}
