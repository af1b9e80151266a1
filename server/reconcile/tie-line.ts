import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { LineHop, TieLine } from "../../schemas/wire/line.ts";
import type { Moment } from "../checks/moment.ts";
import { cellsOf, grainOf, sumOf, type Defaults, type MeasureName } from "./cells.ts";
import { compare, type Comparison } from "./compare.ts";
import type { HopCause, HopJudgement } from "./judgement.ts";
import { endOf, exceptionsFor, legsOf, onItsWay, type Leg, type LegInput } from "./legs.ts";
import { decimalText } from "./money.ts";
import { rerunTarget } from "./rerun-target.ts";
import { whyOf } from "./why.ts";

export interface JudgedLine {
  line: TieLine;
  legs: Leg[];
  hops: HopJudgement[];
}

export interface LineInput extends LegInput {
  reconciliation: Reconciliation;
  /** From when on the ledger should stand still. */
  postingCutOff: string;
}

/**
 * The tie-out line of one reconciliation for one entity and period: every leg with its figures, each compared with the
 * leg before it, the first difference named, and the two ends compared as well.
 */
export function judgeLine(input: LineInput, moment: Moment): JudgedLine {
  const legs = legsOf(input, input.reconciliation);
  const defaults: Defaults = { ledger: input.entity.ledger, currency: input.entity.currency };
  const hops: HopJudgement[] = [];
  for (const [at, leg] of legs.entries()) {
    const judged = at === 0 ? firstLeg(leg) : judgeHop(input, legs[at - 1]!, leg, defaults, moment);
    const carries = judged.state === "tied" && hops.some((before) => before.state === "off");
    hops.push(carries ? { ...judged, state: "carries" } : judged);
  }
  const ends = legs.length > 1 ? compareLegs(input.reconciliation, legs[0]!, legs.at(-1)!, defaults) : null;
  if (hops.every((hop) => hop.state === "tied") && ends?.ties === false) {
    hops[hops.length - 1] = { state: "off", cause: "sum-of-tolerated", comparison: ends };
  }
  return { line: lineOf(input, legs, hops, ends, defaults), legs, hops };
}

function firstLeg(leg: Leg): HopJudgement {
  if (leg.totals.length > 0) return { state: "tied", cause: "first-leg", comparison: null };
  return { state: leg.active ? "flight" : "unknown", cause: "nothing-reported", comparison: null };
}

function judgeHop(input: LineInput, source: Leg, target: Leg, defaults: Defaults, moment: Moment): HopJudgement {
  const waiting = (cause: HopCause, comparison: Comparison | null = null): HopJudgement => ({
    state: onItsWay(input, target, moment) ? "flight" : "unknown",
    cause,
    comparison,
  });
  if (target.totals.length === 0) return waiting("nothing-reported");
  if (source.totals.length === 0) return { state: "unknown", cause: "nothing-before", comparison: null };
  const comparison = compareLegs(input.reconciliation, source, target, defaults);
  if (comparison.ties === null) return { state: "unknown", cause: "no-shared-measure", comparison };
  // Equal figures tie even when one side restates them later: nothing was posted in between.
  if (comparison.ties) return { state: "tied", cause: "ties", comparison };

  const from = source.watermark?.snapshotAsOf ?? null;
  const to = target.watermark?.snapshotAsOf ?? null;
  if (source.dataset.kind === "source" && (from === null || from !== to)) {
    return judgeAgainstLedger(input, source, target, comparison, moment);
  }
  if (from !== null && to !== null && from !== to) return waiting("other-snapshot", comparison);
  return { state: "off", cause: causeOf(comparison), comparison };
}

/**
 * A ledger is read as it stands now, an extract as it stood at its snapshot. Until the cut-off postings since then are
 * ordinary and travel with the next load; after it each one is late.
 */
function judgeAgainstLedger(
  input: LineInput,
  ledger: Leg,
  extract: Leg,
  comparison: Comparison,
  moment: Moment,
): HopJudgement {
  const readAt = ledger.watermark?.completeThrough ?? ledger.totals[0]!.asOf;
  const takenAt = extract.watermark?.snapshotAsOf ?? extract.watermark?.completeThrough ?? null;
  if (takenAt !== null && readAt < takenAt) return { state: "flight", cause: "read-before", comparison };
  if (extract.active || !moment.past(input.postingCutOff))
    return { state: "flight", cause: "posted-since", comparison };
  return { state: "off", cause: "late-posting", comparison };
}

function causeOf(comparison: Comparison): HopCause {
  if (comparison.signTurned) return "sign-turned";
  return comparison.measures.every((measure) => measure === "count") ? "count-gap" : "gap";
}

function compareLegs(rule: Reconciliation, source: Leg, target: Leg, defaults: Defaults): Comparison {
  const grain = grainOf(target.totals, grainOf(source.totals, rule.grain));
  const from = cellsOf(source.totals, grain, source.sign, defaults);
  const to = cellsOf(target.totals, grain, target.sign, defaults);
  return compare(from, to, rule.measures, rule.tolerance);
}

function lineOf(
  input: LineInput,
  legs: Leg[],
  judged: HopJudgement[],
  ends: Comparison | null,
  defaults: Defaults,
): TieLine {
  const { reconciliation, flow, entity, period } = input;
  const hops = legs.map((leg, at) => hopOf(input, legs, judged, at, defaults));
  const firstOff = judged.findIndex((hop) => hop.state === "off");
  const off = legs[firstOff];
  return {
    reconciliation: reconciliation.id,
    title: reconciliation.title,
    flow: flow.id,
    entity: entity.id,
    period,
    currency: entity.currency,
    ledger: entity.ledger,
    state: stateOf(judged),
    hops,
    firstOff: firstOff < 0 ? null : firstOff,
    sinceAt: off ? sinceOf(input, judged[firstOff]!, off) : null,
    difference: netOf(ends, defaults.currency),
    rerun: rerunTarget(flow, hops),
  };
}

function stateOf(hops: HopJudgement[]): TieLine["state"] {
  if (hops.some((hop) => hop.state === "off")) return "off";
  if (hops.some((hop) => hop.state === "flight")) return "flight";
  if (!hops.some((hop) => hop.state === "unknown")) return "tied";
  const otherwise = hops.some((hop) => hop.state === "unknown" && hop.cause !== "other-snapshot");
  return otherwise ? "unknown" : "not-comparable";
}

/** A late posting cannot be older than the snapshot it missed, nor late before the cut-off. */
function sinceOf({ postingCutOff }: LineInput, judged: HopJudgement, leg: Leg): string | null {
  if (judged.cause === "late-posting") {
    const takenAt = leg.watermark?.snapshotAsOf ?? leg.watermark?.completeThrough ?? postingCutOff;
    return takenAt > postingCutOff ? takenAt : postingCutOff;
  }
  return leg.run ? endOf(leg.run) : (leg.watermark?.eventAt ?? null);
}

function hopOf(input: LineInput, legs: Leg[], judged: HopJudgement[], at: number, defaults: Defaults): LineHop {
  const leg = legs[at]!;
  const hop = judged[at]!;
  const sums = sumOf(leg.totals, leg.sign, defaults);
  const text = (measure: MeasureName) => sums[measure] && decimalText(sums[measure], measured(measure, defaults));
  const { run } = leg;
  return {
    dataset: leg.dataset.id,
    title: leg.dataset.title,
    system: leg.system.id,
    systemTitle: leg.system.title,
    state: hop.state,
    net: text("net") ?? null,
    debit: text("debit") ?? null,
    credit: text("credit") ?? null,
    count: text("count") ?? null,
    difference: at === 0 ? null : netOf(hop.comparison, defaults.currency),
    measures: hop.comparison?.measures ?? [],
    completeThrough: leg.watermark?.completeThrough ?? null,
    snapshotAsOf: leg.watermark?.snapshotAsOf ?? null,
    runId: run?.runId ?? null,
    jobName: run?.jobName ?? null,
    vendorStatus: run?.vendorStatus ?? null,
    attempt: run?.attempt ?? null,
    endedAt: run?.endedAt ?? null,
    durationSeconds:
      run?.startedAt && run.endedAt ? (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000 : null,
    exceptions: exceptionsFor(run, input.entity.id, input.period),
    why: whyOf(input.entity, legs, judged, at, input.period),
  };
}

function measured(measure: MeasureName, defaults: Defaults): string {
  return measure === "count" ? "" : defaults.currency;
}

function netOf(comparison: Comparison | null, currency: string): string | null {
  const net = comparison?.difference.net;
  return net ? decimalText(net, currency) : null;
}
