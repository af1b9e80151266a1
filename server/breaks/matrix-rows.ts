import Big from "big.js";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { BreakRow } from "../../schemas/wire/break.ts";
import type {
  CanaryState,
  MatrixCell,
  MatrixHead,
  MatrixRule,
  MatrixState,
  ReconcileRow,
} from "../../schemas/wire/reconcile-matrix.ts";
import { indexOf } from "../checks/estate-index.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Actor, Context } from "../context.ts";
import { decimalText } from "../reconcile/money.ts";
import { approvalOf, ruleVersion } from "../reconcile/rule-version.ts";
import { unsettled } from "../reconcile/settled.ts";
import { lineOf } from "../reconcile/tie-line.ts";
import { presentBreaks } from "../store/postgres/breaks-lists.ts";
import { breakRow } from "./break-rows.ts";
import type { LatestCheck } from "./checking.ts";
import { checkKey } from "./due-checks.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { rulesFor } from "./line-input.ts";

/** Worst first. */
const WORST: readonly MatrixState[] = [
  "broken",
  "off",
  "unknown",
  "not-comparable",
  "flight",
  "settled",
  "tolerated",
  "tied",
];

export type MatrixContext = Pick<Context, "estate" | "clock" | "postgres"> & { checkpoints: Checkpoints };

/** Rules × entities of a period as keyed rows; null for a period the estate's scheme does not have. */
export async function matrixRows(
  ctx: MatrixContext,
  key: string,
  entities: Actor["entities"],
): Promise<Record<string, ReconcileRow> | null> {
  const period = calendarsOf(ctx.estate).period(key);
  if (!period) return null;
  const seen = ctx.estate.entities.filter(({ id }) => entities === "all" || entities.includes(id));
  const pairs = seen.flatMap((entity) => rulesFor(ctx.estate, entity).map((rule) => ({ rule, entity })));
  const missing = pairs.some(({ rule, entity }) => !ctx.checkpoints.latest(rule.id, entity.id, period.period));
  if (missing) await ctx.checkpoints.check("demand", { period: period.period });
  const stored = await ctx.postgres.ask(presentBreaks, { period: period.period });
  const visible = new Set(seen.map(({ id }) => id));
  const breaks = stored.filter(({ entity }) => visible.has(entity)).map((row) => breakRow(ctx, row));
  const byCheck = Map.groupBy(breaks, (row) => checkKey(row.rule, row.entity, row.period));
  const cells: MatrixCell[] = [];
  const checks = new Map<string, LatestCheck[]>();
  for (const { rule, entity } of pairs) {
    const latest = ctx.checkpoints.latest(rule.id, entity.id, period.period);
    if (!latest) continue;
    cells.push(cellOf(rule, entity, latest, byCheck.get(checkKey(rule.id, entity.id, period.period)) ?? []));
    checks.set(rule.id, [...(checks.get(rule.id) ?? []), latest]);
  }
  const rules = ctx.estate.reconciliations.map((rule) =>
    ruleRow(
      ctx,
      rule,
      cells.filter((cell) => cell.rule === rule.id),
      checks.get(rule.id) ?? [],
    ),
  );
  const rows: Record<string, ReconcileRow> = { head: headOf(period, cells, breaks, [...checks.values()].flat()) };
  for (const rule of rules) rows[`rule:${rule.rule}`] = rule;
  for (const cell of cells) rows[`cell:${cell.rule}:${cell.entity}`] = cell;
  return rows;
}

function cellOf(rule: Reconciliation, entity: Entity, latest: LatestCheck, breaks: readonly BreakRow[]): MatrixCell {
  const standings = new Map(breaks.map((row) => [row.id, row]));
  const open = unsettled(latest.breaks, standings);
  const settled = latest.state === "off" && open.length === 0;
  const line = lineOf(latest.input, latest.judged);
  const first = line.firstOff === null ? undefined : line.hops[line.firstOff];
  const ages = open.map(({ id }) => standings.get(id)?.age.workDays ?? 0);
  const telling =
    first ?? line.hops.find(({ state }) => state === "unknown" || state === "flight") ?? line.hops.at(-1)!;
  return {
    kind: "cell",
    rule: rule.id,
    entity: entity.id,
    currency: entity.currency,
    state: settled ? "settled" : latest.state,
    atRisk: latest.state === "unknown" || latest.state === "broken" ? null : atRisk(open, entity.currency),
    materiality: entity.materiality,
    material: open.some(({ material }) => material),
    openBreaks: open.length,
    oldestWorkDays: open.length === 0 ? null : Math.max(...ages),
    firstOff: first ? { dataset: first.dataset, title: first.title } : null,
    why:
      latest.state === "broken" ? "The planted difference was not found: this check cannot be trusted." : telling.why,
    checkedAt: latest.checkedAt,
    resultId: latest.resultId,
  };
}

/** Amounts without their signs: what may be wrong, not what cancels out. */
function atRisk(open: readonly { amount: string; unit: string }[], currency: string): string {
  const sum = open
    .filter(({ unit }) => unit === currency)
    .reduce((all, { amount }) => all.plus(Big(amount).abs()), Big(0));
  return decimalText(sum, currency);
}

function ruleRow(
  { estate }: Pick<Context, "estate">,
  rule: Reconciliation,
  cells: readonly MatrixCell[],
  checks: readonly LatestCheck[],
): MatrixRule {
  const index = indexOf(estate);
  return {
    kind: "rule",
    rule: rule.id,
    title: rule.title,
    ruleKind: rule.kind,
    flow: rule.flow,
    legs: rule.legs.map((id) => ({
      dataset: id,
      title: index.dataset(id).title,
      systemTitle: index.systemOf(id).title,
    })),
    grain: [...rule.grain],
    measures: rule.measures,
    tolerance: rule.tolerance,
    ruleVersion: ruleVersion(rule),
    approval: approvalOf(rule),
    canary: rule.canary ? { state: canaryOf(checks), amount: rule.canary.amount, dataset: rule.canary.leg } : null,
    state: WORST.find((state) => cells.some((cell) => cell.state === state)) ?? "unknown",
    openBreaks: cells.reduce((sum, { openBreaks }) => sum + openBreaks, 0),
    owner: rule.owner,
  };
}

function canaryOf(checks: readonly LatestCheck[]): CanaryState {
  if (checks.some(({ canary }) => canary === "missed")) return "missed";
  return checks.some(({ canary }) => canary === "found") ? "found" : "not-run";
}

function headOf(
  period: { period: string; title: string },
  cells: readonly MatrixCell[],
  breaks: readonly BreakRow[],
  checks: readonly LatestCheck[],
): MatrixHead {
  const counts: MatrixHead["counts"] = {};
  const sums = new Map<string, Big>();
  for (const { state, atRisk: amount, currency } of cells) {
    counts[state] = (counts[state] ?? 0) + 1;
    if (amount !== null) sums.set(currency, (sums.get(currency) ?? Big(0)).plus(amount));
  }
  const inState = (...states: BreakRow["state"][]) => breaks.filter(({ state }) => states.includes(state)).length;
  return {
    kind: "head",
    period: period.period,
    title: period.title,
    checkedAt:
      checks
        .map(({ checkedAt }) => checkedAt)
        .sort()
        .at(-1) ?? null,
    counts,
    atRisk: [...sums]
      .filter(([, sum]) => sum.gt(0))
      .sort(([a, one], [b, other]) => other.cmp(one) || (a < b ? -1 : 1))
      .map(([currency, sum]) => ({ currency, amount: decimalText(sum, currency) })),
    openBreaks: inState("open", "assigned", "explained"),
    unassigned: inState("open"),
    inReview: inState("explained"),
  };
}
