import type { Total } from "../../schemas/run.ts";
import type { CanaryState } from "../../schemas/wire/reconcile-matrix.ts";
import type { Moment } from "../checks/moment.ts";
import type { Figures } from "./cells.ts";
import type { Comparison, OffCell } from "./compare.ts";
import { judgeLegs, type Judging } from "./judge-legs.ts";
import type { HopJudgement } from "./judgement.ts";
import { balanceOf, compareSides } from "./sides.ts";

/**
 * Plants the rule's canary among the figures of its leg and judges them again: `missed` where the rule does not find it,
 * so that nothing it says can be trusted; `not-run` where nothing could be compared anyway, or no canary is declared.
 */
export function canaryOf(judging: Judging, hops: readonly HopJudgement[], moment: Moment): CanaryState {
  const { rule, legs } = judging;
  const { canary } = rule;
  if (!canary) return "not-run";
  const at = rule.legs.indexOf(canary.leg);
  const leg = legs[at];
  const first = leg?.totals.find(({ measure }) => measure !== "count" && rule.measures.includes(measure));
  // It shows where its leg is compared: with the leg before it, or for the first leg at the one after.
  const shows = rule.kind === "flow" ? Math.max(1, at) : legs.length - 1;
  const before = hops[shows]?.comparison;
  if (!leg || !first || !before || before.ties === null) return "not-run";
  const planted: Total = { ...first, value: canary.amount };
  const sown = legs.with(at, { ...leg, totals: [...leg.totals, planted] });
  const after = judgeLegs({ ...judging, legs: sown }, moment).hops[shows]?.comparison;
  return after && finds(before, after) && senses(judging, leg, planted) ? "found" : "missed";
}

/** Whether the leg's figures and the same with the planted one differ for the rule, whatever else is off now. */
function senses({ rule, ledger, terms }: Judging, leg: Figures, planted: Total): boolean {
  const pair = [leg, { ...leg, totals: [...leg.totals, planted] }];
  const alone = { ...rule, kind: "sum" as const, legs: rule.legs.slice(0, 2), translations: [] };
  return compareSides(rule, balanceOf({ rule: alone, legs: pair, ledger, terms })).ties === false;
}

/** Whether a cell is off by another amount than before. */
function finds(before: Comparison, after: Comparison): boolean {
  const known = new Map(before.off.map((cell) => [cell.key, cell]));
  return after.off.some((cell) =>
    cell.measures.some((measure) => gap(cell, measure) !== gap(known.get(cell.key), measure)),
  );
}

function gap(cell: OffCell | undefined, measure: OffCell["measures"][number]): bigint {
  return cell?.measures.includes(measure) ? (cell.to[measure] ?? 0n) - (cell.from[measure] ?? 0n) : 0n;
}
