import type { Estate } from "../../schemas/estate/estate.ts";
import type { AccountRange, Flow, Reconciliation } from "../../schemas/estate/flow.ts";
import type { Path } from "./estate-text.ts";
import { idsOf, mustBe, type Complain } from "./named.ts";
import { checkCurrency } from "./places.ts";

/** Rules compare datasets in their flow's order, and what they name (mappings, rates, legs) exists. */
export function checkReconciliations(estate: Estate, complain: Complain): void {
  for (const [at, rule] of estate.reconciliations.entries()) {
    const path = ["reconciliations", at] as const;
    const flow = estate.flows.find((candidate) => candidate.id === rule.flow);
    mustBe(idsOf(estate.flows), rule.flow, "flow", [...path, "flow"], complain);
    if (flow) checkLegs(estate, rule, flow, path, complain);
    checkLegNames(rule, path, complain);
    checkTolerance(rule, path, complain);
    for (const [of, id] of rule.mappings.entries()) checkMapping(estate, rule, id, [...path, "mappings", of], complain);
    for (const [of, translation] of rule.translations.entries()) {
      const under = [...path, "translations", of];
      if (rule.translations.findIndex(({ leg }) => leg === translation.leg) < of)
        complain(
          [...under, "leg"],
          `amounts are translated twice at “${translation.leg}”`,
          "one translation for each leg",
        );
      mustBe(idsOf(estate.rates), translation.rateSet, "rate set", [...under, "rateSet"], complain);
      if (translation.to !== "entity" && translation.to !== "group")
        checkCurrency(translation.to, [...under, "to"], complain);
      for (const [place, { accounts }] of translation.except.entries())
        checkRange(accounts, [...under, "except", place, "accounts"], complain);
    }
    for (const [of, filter] of rule.filters.entries())
      checkRange(filter.accounts, [...path, "filters", of, "accounts"], complain);
  }
}

/** The datasets of a flow in order, its source first. */
export function pathOf(flow: Flow): string[] {
  return [...(flow.source ? [flow.source] : []), ...flow.hops.map((hop) => hop.dataset)];
}

function checkLegs(estate: Estate, rule: Reconciliation, flow: Flow, path: Path, complain: Complain): void {
  if (rule.kind !== "flow") {
    for (const [of, leg] of rule.legs.entries())
      mustBe(idsOf(estate.datasets), leg, "dataset", [...path, "legs", of], complain);
    if (rule.kind === "budget" && rule.legs.length < 3) {
      complain(
        [...path, "legs"],
        `“${rule.id}” has ${rule.legs.length} legs`,
        "a budget, what uses it, and what is left",
      );
    }
    return;
  }
  const passed = pathOf(flow);
  for (const [of, leg] of rule.legs.entries())
    mustBe(new Set(passed), leg, `dataset on flow “${flow.id}”`, [...path, "legs", of], complain);
  const order = rule.legs.map((leg) => passed.indexOf(leg)).filter((index) => index >= 0);
  if (order.some((index, of) => of > 0 && index <= order[of - 1]!)) {
    complain([...path, "legs"], `the legs of “${rule.id}” do not follow the flow`, `the order ${passed.join(", ")}`);
  }
}

function checkLegNames(rule: Reconciliation, path: Path, complain: Complain): void {
  const legs = new Set(rule.legs);
  const named = [
    ...Object.keys(rule.signs).map((leg) => ({ leg, at: ["signs", leg] })),
    ...Object.keys(rule.versions).map((leg) => ({ leg, at: ["versions", leg] })),
    ...rule.translations.map(({ leg }, of) => ({ leg, at: ["translations", of, "leg"] })),
    ...rule.filters.map(({ leg }, of) => ({ leg, at: ["filters", of, "leg"] })),
    ...(rule.canary ? [{ leg: rule.canary.leg, at: ["canary", "leg"] }] : []),
  ];
  for (const { leg, at } of named) mustBe(legs, leg, "leg", [...path, ...at], complain);
  for (const [kind, list] of [
    ["translations", rule.translations],
    ["filters", rule.filters],
  ] as const) {
    for (const [of, { leg }] of list.entries()) {
      if (leg === rule.legs[0]) complain([...path, kind, of, "leg"], `“${leg}” is where figures begin`, "a later leg");
    }
  }
  if (rule.canary && Number(rule.canary.amount) === 0)
    complain([...path, "canary", "amount"], "the planted difference is zero", "an amount the rule must find");
}

function checkTolerance(rule: Reconciliation, path: Path, complain: Complain): void {
  for (const bound of ["absolute", "percent", "cap"] as const) {
    const text = rule.tolerance[bound];
    if (text?.startsWith("-"))
      complain([...path, "tolerance", bound], `the tolerance “${bound}” is ${text}`, "zero or more");
  }
}

function checkMapping(estate: Estate, rule: Reconciliation, id: string, path: Path, complain: Complain): void {
  mustBe(idsOf(estate.mappings), id, "mapping", path, complain);
  const mapping = estate.mappings.find((candidate) => candidate.id === id);
  if (!mapping) return;
  if (!["account", "ledger"].includes(mapping.dimension.toLowerCase())) {
    complain(
      path,
      `“${id}” maps ${mapping.dimension}, which control totals do not carry`,
      "a mapping of Account or Ledger",
    );
  }
  if (rule.legs.indexOf(mapping.to) < 1) {
    complain(path, `“${id}” leads to “${mapping.to}”`, `a mapping to one of ${rule.legs.slice(1).join(", ")}`);
  }
}

function checkRange({ from, to }: AccountRange, path: Path, complain: Complain): void {
  if (from > to) complain(path, `the accounts end at ${to}, before ${from}`, "from ≤ to");
}
