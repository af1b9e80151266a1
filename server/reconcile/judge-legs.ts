import type { Dataset } from "../../schemas/estate/flow.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { Moment } from "../checks/moment.ts";
import type { Figures } from "./cells.ts";
import type { Comparison, OffCell } from "./compare.ts";
import { FigureMisfit } from "./exact.ts";
import type { HopCause, HopJudgement } from "./judgement.ts";
import { balanceOf, compareSides, sidesOf, type Ground, type Sides } from "./sides.ts";

/** Everything judging one leg rests on, so that it can be judged again from a record of it. */
export interface JudgedLeg extends Figures {
  kind: Dataset["kind"];
  completeThrough: Instant | null;
  snapshotAsOf: Instant | null;
  /** Its figures and its snapshot were told by different runs, so that neither says what the other is of. */
  otherRun?: boolean | undefined;
  /** A run into it is under way. */
  active: boolean;
  /** Newer figures are on their way into it. */
  onItsWay(): boolean;
}

export interface Judging extends Ground {
  legs: readonly JudgedLeg[];
  /** From when on the ledger should stand still. */
  postingCutOff: Instant;
  /** The instant so many work days of the entity after another are over. */
  workDaysAfter(at: Instant, days: number): Instant;
}

export interface JudgedHops {
  hops: HopJudgement[];
  /** First leg against last; null where no leg could be compared with it. */
  ends: Comparison | null;
}

/**
 * Judges each leg against the one before it, names the first hop that differs and compares both ends. A rule whose
 * legs do not follow each other is judged once, at its last leg.
 */
export function judgeLegs(judging: Judging, moment: Moment): JudgedHops {
  return judging.rule.kind === "flow" ? judgeFlow(judging, moment) : judgeBalance(judging);
}

function judgeFlow(judging: Judging, moment: Moment): JudgedHops {
  const { legs } = judging;
  const hops: HopJudgement[] = [];
  for (const at of legs.keys()) {
    const hop = at === 0 ? firstLeg(legs[0]!) : judgeHop(judging, at, moment);
    const carries = hop.state === "tied" && hops.some((before) => before.state === "off");
    hops.push(carries ? { ...hop, state: "carries" } : hop);
  }
  // Two legs are their own ends.
  if (legs.length === 2 && hops[1]!.comparison) return { hops, ends: hops[1]!.comparison };
  const reckoned = comparable(judging, () => sidesOf(judging, 0, legs.length - 1));
  const ends = "cause" in reckoned ? null : reckoned;
  if (ends?.ties === false && hops.every((hop) => hop.state === "tied")) {
    hops[hops.length - 1] = judged("off", "sum-of-tolerated", ends);
  }
  return { hops, ends };
}

function firstLeg(leg: JudgedLeg): HopJudgement {
  if (leg.totals.length > 0) return judged("tied", "first-leg", null);
  return judged(leg.active ? "flight" : "unknown", "nothing-reported", null);
}

function judgeHop(judging: Judging, at: number, moment: Moment): HopJudgement {
  const [source, target] = [judging.legs[at - 1]!, judging.legs[at]!];
  const waiting = (cause: HopCause, comparison: Comparison | null = null) =>
    judged(target.onItsWay() ? "flight" : "unknown", cause, comparison);
  if (target.totals.length === 0) return waiting("nothing-reported");
  if (source.totals.length === 0) return judged("unknown", "nothing-before", null);
  const comparison = comparable(judging, () => sidesOf(judging, at - 1, at));
  if ("cause" in comparison) return comparison;
  if (comparison.ties === null) return judged("unknown", "no-shared-measure", comparison);
  // Equal figures tie even when one side restates them later: nothing was posted in between.
  if (comparison.ties) return judged("tied", "ties", comparison);
  if (source.otherRun || target.otherRun) return waiting("other-run", comparison);

  const [from, to] = [source.snapshotAsOf, target.snapshotAsOf];
  if (source.kind === "source" && (from === null || from !== to)) {
    return judgeAgainstLedger(judging, source, target, comparison, moment);
  }
  if (otherBatch(source, target)) return waiting("other-batch", comparison);
  if (from === null || to === null || from === to) return judged("off", causeOf(comparison), comparison);
  const { timing } = judging.rule;
  if (timing === undefined || from < to || target.onItsWay()) return waiting("other-snapshot", comparison);
  const lapsed = moment.past(judging.workDaysAfter(from, timing.workDays)) && moment.past(judging.postingCutOff);
  return lapsed ? judged("off", "timing-lapsed", comparison) : judged("flight", "timing", comparison);
}

/** Figures that name other batches are of other loads, also where a system does not tell their snapshots. */
function otherBatch(source: JudgedLeg, target: JudgedLeg): boolean {
  if (source.snapshotAsOf !== null && target.snapshotAsOf !== null) return false;
  const [from, to] = [source, target].map(({ totals }) => new Set(totals.map(({ correlationId }) => correlationId)));
  if (from!.has(null) || to!.has(null)) return false;
  return ![...from!].some((batch) => to!.has(batch));
}

/**
 * A ledger is read as it stands now, an extract as it stood at its snapshot. Until the cut-off postings since then are
 * ordinary and travel with the next load; after it each one is late.
 */
function judgeAgainstLedger(
  { postingCutOff }: Judging,
  ledger: JudgedLeg,
  extract: JudgedLeg,
  comparison: Comparison,
  moment: Moment,
): HopJudgement {
  const readAt = ledger.completeThrough ?? ledger.totals[0]!.asOf;
  const takenAt = extract.snapshotAsOf ?? extract.completeThrough;
  if (takenAt !== null && readAt < takenAt) return judged("flight", "read-before", comparison);
  if (extract.active || !moment.past(postingCutOff)) return judged("flight", "posted-since", comparison);
  return judged("off", "late-posting", comparison);
}

function judgeBalance(judging: Judging): JudgedHops {
  const { rule, legs } = judging;
  const [first, ...others] = legs;
  const last = legs.length - 1;
  // Each part of a sum may have none of it; a budget needs every figure it is reckoned from.
  const lacking = rule.kind === "sum" ? others.every(isEmpty) : others.some(isEmpty);
  const hops = legs.map((leg, at): HopJudgement => {
    if (at === 0) return firstLeg(leg);
    if (!isEmpty(leg) || (rule.kind === "sum" && !lacking)) return judged("tied", "part", null);
    return judged(leg.onItsWay() ? "flight" : "unknown", "nothing-reported", null);
  });
  if (isEmpty(first!) || lacking) {
    if (!isEmpty(legs[last]!)) hops[last] = judged("unknown", "nothing-before", null);
    return { hops, ends: null };
  }
  const comparison = comparable(judging, () => balanceOf(judging));
  if ("cause" in comparison) return { hops: [...hops.slice(0, -1), comparison], ends: null };
  const total = judgeTotal(legs, comparison);
  hops[last] = rule.kind === "budget" ? judgeAvailable(judging, total) : total;
  return { hops, ends: hops[last].comparison };
}

/** What a budget leaves available is at least nothing: less of it, in any cell both sides agree on, is overdrawn. */
function judgeAvailable(judging: Judging, total: HopJudgement): HopJudgement {
  const { comparison } = total;
  if (!comparison?.shared.includes("net") || (total.state !== "tied" && total.state !== "off")) return total;
  const { target, currency } = balanceOf(judging);
  const known = new Set(comparison.off.map(({ key }) => key));
  const overdrawn = [...target].flatMap(([key, { amounts, ...place }]): OffCell[] =>
    (amounts.net ?? 0n) < 0n && !known.has(key)
      ? [{ ...place, key, measures: ["net"], from: { net: 0n }, to: { net: amounts.net! }, overdrawn: true }]
      : [],
  );
  if (overdrawn.length === 0) return total;
  const off = [...comparison.off, ...overdrawn].sort((one, other) => (one.key < other.key ? -1 : 1));
  if (total.state === "off") return { ...total, comparison: { ...comparison, off } };
  const net = overdrawn
    .filter((cell) => cell.currency === "" || cell.currency === currency)
    .reduce((sum, { to }) => sum + (to.net ?? 0n), 0n);
  const difference = { ...comparison.difference, net };
  return judged("off", "overdrawn", { ...comparison, ties: false, measures: ["net"], difference, off });
}

function judgeTotal(legs: readonly JudgedLeg[], comparison: Comparison): HopJudgement {
  if (comparison.ties === null) return judged("unknown", "no-shared-measure", comparison);
  if (comparison.ties) return judged("tied", "ties", comparison);
  const torn = legs.some(({ otherRun }) => otherRun);
  if (legs.some((leg) => leg.onItsWay())) return judged("flight", torn ? "other-run" : "other-snapshot", comparison);
  if (torn) return judged("unknown", "other-run", comparison);
  const snapshots = new Set(legs.flatMap(({ snapshotAsOf }) => snapshotAsOf ?? []));
  if (snapshots.size > 1) return judged("unknown", "other-snapshot", comparison);
  return judged("off", causeOf(comparison), comparison);
}

function isEmpty(leg: JudgedLeg): boolean {
  return leg.totals.length === 0;
}

/** The comparison, or why there can be none. */
function comparable(judging: Judging, sides: () => Sides): Comparison | HopJudgement {
  const reckoned = reckon(sides);
  if ("finding" in reckoned) return judged("unknown", "unreadable", null, reckoned.finding);
  const missing = reckoned.way?.done.missingRates ?? [];
  if (missing.length > 0) return judged("unknown", "rate-missing", null, `No ${missing.join(", no ")}.`);
  const compared = reckon(() => compareSides(judging.rule, reckoned));
  return "finding" in compared ? judged("unknown", "unreadable", null, compared.finding) : compared;
}

function reckon<T extends object>(work: () => T): T | { finding: string } {
  try {
    return work();
  } catch (error) {
    if (error instanceof FigureMisfit) return { finding: error.message };
    throw error;
  }
}

function causeOf(comparison: Comparison): HopCause {
  if (comparison.off.length === 0) return "over-cap";
  if (comparison.signTurned) return "sign-turned";
  return comparison.measures.every((measure) => measure === "count") ? "count-gap" : "gap";
}

function judged(
  state: HopJudgement["state"],
  cause: HopCause,
  comparison: Comparison | null,
  finding: string | null = null,
): HopJudgement {
  return { state, cause, comparison, finding };
}
