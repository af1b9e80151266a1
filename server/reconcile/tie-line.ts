import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { LineHop, TieLine } from "../../schemas/wire/line.ts";
import type { Moment } from "../checks/moment.ts";
import { sumOf, type MeasureName } from "./cells.ts";
import type { Comparison } from "./compare.ts";
import { judgeLegs, type Judging } from "./judge-legs.ts";
import { readable } from "./exact.ts";
import type { HopCause, HopJudgement } from "./judgement.ts";
import { endOf, exceptionsFor, legsOf, type Leg, type LegInput } from "./legs.ts";
import { decimalText } from "./money.ts";
import { rerunTarget } from "./rerun-target.ts";
import { defaultsAt } from "./sides.ts";
import type { Terms } from "./transform.ts";
import { whyOf } from "./why.ts";

export interface JudgedLine {
  line: TieLine;
  legs: Leg[];
  hops: HopJudgement[];
  /** The rule as it was judged, and from what, for those who look into its cells. */
  judged: JudgedRule;
  input: LineInput;
}

export interface LineInput extends LegInput {
  reconciliation: Reconciliation;
  /** From when on the ledger should stand still. */
  postingCutOff: Instant;
  /** The period's last day. */
  endsOn: string;
  /** The instant so many work days of the entity after another are over. */
  workDaysAfter(at: Instant, days: number): Instant;
}

/** A rule judged for one entity and period, before it is put in words. */
export interface JudgedRule {
  judging: Omit<Judging, "legs"> & { legs: Leg[] };
  hops: HopJudgement[];
  ends: Comparison | null;
  state: TieLine["state"];
}

/** Judges a rule for one entity and period; only figures are looked at, nothing is put in words. */
export function judgeRule(input: LineInput, moment: Moment): JudgedRule {
  const { entity, reconciliation: rule, postingCutOff, workDaysAfter } = input;
  const terms = termsOf(input, moment.now);
  const legs = legsOf(input, rule, moment);
  const judging = { rule, legs, ledger: entity.ledger, terms, postingCutOff, workDaysAfter };
  const { hops, ends } = judgeLegs(judging, moment);
  return { judging, hops, ends, state: stateOf(hops) };
}

/** What transforming figures rests on, as far as was known at an instant. */
export function termsOf({ index, entity, period, endsOn }: LineInput, now: string): Terms {
  return {
    mapping: index.mapping,
    rateSet: index.rateSet,
    groupCurrency: index.groupCurrency,
    ...{ period, endsOn },
    knownOn: now.slice(0, 10),
    entityCurrency: entity.currency,
  };
}

/** The tie-out line of one reconciliation for one entity and period, in the controller's words. */
export function judgeLine(input: LineInput, moment: Moment): JudgedLine {
  const judged = judgeRule(input, moment);
  return { line: lineOf(input, judged), legs: judged.judging.legs, hops: judged.hops, judged, input };
}

/** Puts a judged rule in words. */
export function lineOf(input: LineInput, judged: JudgedRule): TieLine {
  const { reconciliation, flow, entity, period } = input;
  const { judging, ends } = judged;
  const hops = judging.legs.map((_leg, at) => hopOf(input, judged, at));
  const firstOff = judged.hops.findIndex((hop) => hop.state === "off");
  const off = judging.legs[firstOff];
  return {
    reconciliation: reconciliation.id,
    title: reconciliation.title,
    flow: flow.id,
    entity: entity.id,
    period,
    currency: entity.currency,
    ledger: entity.ledger,
    state: judged.state,
    hops,
    firstOff: firstOff < 0 ? null : firstOff,
    sinceAt: off ? sinceOf(input, judged.hops[firstOff]!, off) : null,
    difference: netOf(ends, defaultsAt(judging, judging.legs.length - 1).currency),
    rerun: rerunTarget(flow, hops),
  };
}

const NOT_COMPARABLE: ReadonlySet<HopCause> = new Set(["other-snapshot", "other-batch", "other-run"]);

function stateOf(hops: HopJudgement[]): TieLine["state"] {
  if (hops.some((hop) => hop.state === "off")) return "off";
  if (hops.some((hop) => hop.state === "flight")) return "flight";
  if (!hops.some((hop) => hop.state === "unknown")) return "tied";
  const otherwise = hops.some((hop) => hop.state === "unknown" && !NOT_COMPARABLE.has(hop.cause));
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

function hopOf(input: LineInput, { judging, hops }: JudgedRule, at: number): LineHop {
  const { legs } = judging;
  const leg = legs[at]!;
  const hop = hops[at]!;
  const defaults = defaultsAt(judging, at);
  const sums = readable(() => sumOf(leg, defaults)) ?? {};
  const text = (measure: MeasureName) => {
    const sum = sums[measure];
    return sum === undefined ? null : decimalText(sum, measure === "count" ? "" : defaults.currency);
  };
  const { run } = leg;
  return {
    dataset: leg.dataset.id,
    title: leg.dataset.title,
    system: leg.system.id,
    systemTitle: leg.system.title,
    state: hop.state,
    net: text("net"),
    debit: text("debit"),
    credit: text("credit"),
    count: text("count"),
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
    why: whyOf(input.entity, legs, hops, at, input.period),
  };
}

function netOf(comparison: Comparison | null, currency: string): string | null {
  const net = comparison?.difference.net;
  return net === undefined ? null : decimalText(net, currency);
}
