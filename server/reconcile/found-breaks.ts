import { v5 as uuidv5 } from "uuid";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { BreakRow } from "../../schemas/wire/break.ts";
import { suggestedCause } from "./causes.ts";
import { cellKey } from "./cells.ts";
import type { OffCell } from "./compare.ts";
import { equationsOf, sidesAt, type Equation } from "./equations.ts";
import { exactOf, magnitude, type Exact } from "./exact.ts";
import { decimalText } from "./money.ts";
import { masterVersion, ruleVersion } from "./rule-version.ts";
import type { JudgedRule, LineInput } from "./tie-line.ts";

/** A break as one check finds it, before anybody has dealt with it. Instants and people come with its record. */
export type FoundBreak = Pick<
  BreakRow,
  | "id"
  | "rule"
  | "ruleVersion"
  | "hop"
  | "entity"
  | "period"
  | "version"
  | "ledger"
  | "account"
  | "currency"
  | "measures"
  | "amount"
  | "unit"
  | "unexplained"
  | "material"
  | "cause"
  | "causeText"
  | "evidence"
  | "runId"
  | "correlationId"
  | "mappingVersion"
> & {
  /** The same over all periods, by which a break is carried forward. */
  lineage: string;
};

const BREAKS = "3f1b2f9c-53a8-5b53-8a56-7d6a5c0e9d42";
/** Beyond so many cells off at one hop they are one break: somebody must look at the load, not at each of them. */
const MOST_CELLS = 1_000;

/** Every break of a judged rule, by hop and key; the same figures always make the same breaks with the same ids. */
export function foundBreaks(input: LineInput, judged: JudgedRule): FoundBreak[] {
  return judged.hops.flatMap((hop, at) => (hop.state === "off" ? breaksAt(input, judged, at) : []));
}

/** What makes a break that break: rule, hop, entity, version and cell; with the period, or over all of them. */
export function breakId(place: Place, period: string | null): string {
  const { rule, hop, entity, version, ledger, account, currency } = place;
  return uuidv5(JSON.stringify([rule, hop, entity, period, version, ledger, account, currency]), BREAKS);
}

type Place = Pick<FoundBreak, "rule" | "hop" | "entity" | "version" | "ledger" | "account" | "currency">;

function breaksAt(input: LineInput, judged: JudgedRule, at: number): FoundBreak[] {
  const sides = sidesAt(judged, at);
  const comparison = judged.hops[at]!.comparison;
  if (!sides || !comparison) return [];
  const cells = cellsToTell(comparison.off, sides.currency, comparison.tolerated);
  const equations = Map.groupBy(equationsOf(judged, at), cellKey);
  const leg = judged.judging.legs[at]!;
  const { reconciliation: rule, entity, period, index } = input;
  return cells.map((cell): FoundBreak => {
    const own = equations.get(cell.key) ?? [];
    const suggestion = suggestedCause({ input, judged, at, sides, cell, equations: own });
    const { ledger, account, currency } = cell;
    const place = {
      rule: rule.id,
      hop: leg.dataset.id,
      entity: entity.id,
      version: leg.version,
      ledger,
      account,
      currency,
    };
    const correlationId = leg.totals.find((total) => total.correlationId !== null)?.correlationId;
    return {
      ...place,
      ...weighed(cell, own, currency || sides.currency, entity),
      id: breakId(place, period),
      lineage: breakId(place, null),
      ruleVersion: ruleVersion(rule),
      period,
      measures: cell.measures,
      cause: suggestion.cause,
      causeText: suggestion.text,
      evidence: suggestion.evidence,
      runId: leg.run?.runId ?? null,
      correlationId: leg.run?.correlationId ?? correlationId ?? null,
      mappingVersion: rule.mappings[0] ? masterVersion(index.mapping(rule.mappings[0])) : null,
    };
  });
}

/** The cells as breaks: each its own, or all of a currency as one where they are too many or only their sum is off. */
function cellsToTell(off: readonly OffCell[], currency: string, tolerated: Exact): readonly OffCell[] {
  const place = { ledger: "", account: "" };
  if (off.length === 0) {
    const key = cellKey({ ...place, currency });
    return [{ ...place, currency, key, measures: ["net"], from: {}, to: { net: tolerated } }];
  }
  if (off.length <= MOST_CELLS) return off;
  return [...Map.groupBy(off, (cell) => cell.currency)].map(([of, cells]) => ({
    ...{ ...place, currency: of, key: cellKey({ ...place, currency: of }) },
    measures: [...new Set(cells.flatMap(({ measures }) => measures))],
    from: added(cells.map(({ from }) => from)),
    to: added(cells.map(({ to }) => to)),
  }));
}

function added(amounts: readonly OffCell["from"][]): OffCell["from"] {
  const sum: OffCell["from"] = {};
  for (const each of amounts)
    for (const [measure, amount] of Object.entries(each) as [keyof OffCell["from"], Exact][])
      sum[measure] = (sum[measure] ?? 0n) + amount;
  return sum;
}

/** Net where it is off, else the larger gross side, else rows. */
function weighed(cell: OffCell, equations: readonly Equation[], currency: string, entity: Entity) {
  const delta = (measure: "count" | "debit" | "credit" | "net") =>
    (cell.to[measure] ?? 0n) - (cell.from[measure] ?? 0n);
  const gross = (["debit", "credit"] as const).toSorted((a, b) => (magnitude(delta(a)) < magnitude(delta(b)) ? 1 : -1));
  const measure = cell.measures.includes("net")
    ? "net"
    : (gross.find((side) => cell.measures.includes(side)) ?? "count");
  const unit = measure === "count" ? "rows" : currency;
  // What a budget is overdrawn by is in no equation: both sides agree on it.
  const equation = cell.overdrawn ? undefined : equations.find((each) => each.measure === measure);
  const left = equation?.unexplained ?? -delta(measure);
  const amount = delta(measure);
  return {
    amount: decimalText(amount, unit),
    unit,
    unexplained: decimalText(left, unit),
    // Materiality is an amount of the entity's own currency; what cannot be held against it counts.
    material: unit !== entity.currency || magnitude(amount) >= exactOf(entity.materiality),
  };
}
