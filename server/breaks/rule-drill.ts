import type { CellEquation, RuleDrill } from "../../schemas/wire/reconcile-matrix.ts";
import { momentOf } from "../checks/moment.ts";
import type { Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { equationsOf, sidesAt } from "../reconcile/equations.ts";
import { breakId } from "../reconcile/found-breaks.ts";
import { decimalText } from "../reconcile/money.ts";
import { ruleVersion } from "../reconcile/rule-version.ts";
import { judgeRule, lineOf, type JudgedRule, type LineInput } from "../reconcile/tie-line.ts";
import { findingsOf } from "./check-rule.ts";
import { lineInputOf, rulesFor } from "./line-input.ts";

export interface DrillAsked {
  rule: string;
  entity: string;
  period: string;
  /** `off`: only what does not tie. */
  show: "off" | "all";
}

/** Most cells of one hop that are told. */
const MOST_CELLS = 5_000;

/** One rule for one entity with every cell of every hop as an equation, those that differ first. */
export function ruleDrill(ctx: Pick<Context, "estate" | "facts" | "clock">, asked: DrillAsked): RuleDrill {
  const input = askedInput(ctx, asked);
  const judged = judgeRule(input, momentOf(ctx.clock.now()));
  return {
    line: lineOf(input, judged),
    ruleVersion: ruleVersion(input.reconciliation),
    hops: judged.judging.legs.map((leg, at) => ({
      dataset: leg.dataset.id,
      title: leg.dataset.title,
      grain: judged.hops[at]!.comparison ? [...(sidesAt(judged, at)?.grain ?? [])] : [],
      ...told(input, judged, at, asked.show),
    })),
    findings: findingsOf(judged),
  };
}

/** @throws {Fault} `not-found` for a rule the estate does not have, or one that does not concern the entity */
export function askedInput(
  { estate, facts }: Pick<Context, "estate" | "facts">,
  { rule, entity, period }: Pick<DrillAsked, "rule" | "entity" | "period">,
): LineInput {
  const declared = estate.entities.find(({ id }) => id === entity);
  const known = declared && rulesFor(estate, declared).find(({ id }) => id === rule);
  if (!known) throw new Fault("not-found", `There is no reconciliation ${rule} for ${entity}.`);
  const input = lineInputOf({ estate, facts }, known, entity, period);
  if (!input) throw new Fault("not-found", `${estate.estate.title} has no period ${period}.`, { period });
  return input;
}

function told(input: LineInput, judged: JudgedRule, at: number, show: DrillAsked["show"]) {
  const { reconciliation: rule, entity, period } = input;
  const { dataset, version } = judged.judging.legs[at]!;
  const all = equationsOf(judged, at);
  const wanted = all
    .filter(({ difference, verdict }) => show === "all" || difference !== 0n || verdict === "off")
    .toSorted((one, other) => Number(one.difference === 0n) - Number(other.difference === 0n));
  const cells = wanted.slice(0, MOST_CELLS).map((equation): CellEquation => {
    const { ledger, account, currency, measure, verdict } = equation;
    const text = (amount: bigint) => decimalText(amount, measure === "count" ? "" : currency || entity.currency);
    const place = { rule: rule.id, hop: dataset.id, entity: entity.id, version, ledger, account, currency };
    return {
      ...{ ledger, account, currency, measure, verdict },
      source: equation.source === null ? null : text(equation.source),
      transform: text(equation.transform),
      rejected: text(equation.rejected),
      filtered: text(equation.filtered),
      inFlight: text(equation.inFlight),
      target: equation.target === null ? null : text(equation.target),
      unexplained: text(equation.unexplained),
      difference: text(equation.difference),
      breakId: verdict === "off" ? breakId(place, period) : null,
    };
  });
  return { cells, more: all.length - cells.length };
}
