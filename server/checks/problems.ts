import Big from "big.js";
import type { ExceptionCode } from "../../schemas/event/facets.ts";
import type { BreakCause } from "../../schemas/wire/break.ts";
import { amountOff, type HopCause } from "../reconcile/judgement.ts";
import { likelyCause } from "../reconcile/likely-cause.ts";
import { decimalText } from "../reconcile/money.ts";
import type { JudgedLine } from "../reconcile/tie-line.ts";
import { indexOf } from "./estate-index.ts";
import type { FlowView, HopView, Judging } from "./flow-view.ts";
import {
  failedRun,
  isShared,
  mayPass,
  neverStarted,
  rejectedRows,
  staleReport,
  stalledRun,
  type Found,
} from "./hop-problems.ts";
import type { Moment } from "./moment.ts";
import { blocksDelivery, type Problem } from "./problem.ts";

const CODE_OF: Partial<Record<HopCause, ExceptionCode>> = {
  "late-posting": "late-posting",
  "sign-turned": "sign-inversion",
  "count-gap": "count-gap",
  gap: "control-total-gap",
  "over-cap": "rounding-over-cap",
  overdrawn: "budget-overrun",
  "sum-of-tolerated": "rounding-over-cap",
};

/** Causes that make a difference more than a gap, where its figures give them away. */
const CODE_OF_CAUSE: Partial<Record<BreakCause, ExceptionCode>> = {
  sign: "sign-inversion",
  duplicate: "duplicate-load",
  rate: "rate-mismatch",
  version: "wrong-version",
};

/**
 * The root causes along one flow, first hop first. What a later hop merely inherits (no newer data, the same
 * difference) is no problem of its own, and what one hop shows in several ways is one problem.
 *
 * @param blind systems whose collector cannot read them now: nothing can be said to be missing there
 */
export function problemsOf(judging: Judging, view: FlowView, blind: ReadonlySet<string>, moment: Moment): Problem[] {
  const problems: Problem[] = [];
  for (const hop of view.hops) {
    const before = view.hops[hop.at - 1] ?? null;
    const starved = problems.some(blocksDelivery);
    const found =
      failedRun(view, hop) ??
      rejectedRows(view, hop) ??
      (starved || blind.has(hop.system.id) ? null : idle(judging, view, hop, before, moment));
    const gap = gapAt(view, hop);
    const kept = found ?? gap;
    if (kept) problems.push(whole(view, hop, kept, gap, moment));
  }
  return problems;
}

function idle(judging: Judging, view: FlowView, hop: HopView, before: HopView | null, moment: Moment): Found | null {
  const stalled = stalledRun(view, hop, before, moment);
  if (stalled) return stalled;
  if (hop.dataset.kind === "report") return staleReport(hop, before);
  return neverStarted(view, hop, before, ranBefore(judging, view, hop), moment);
}

/** Whether a hop was seen running in the period before; a job nobody has ever seen is unknown rather than missing. */
function ranBefore(judging: Judging, view: FlowView, hop: HopView): boolean {
  const name = indexOf(judging.estate).name(hop.dataset.id);
  const previous = judging.calendars.previous(view.period);
  return judging.facts.runsInto(name, view.entity.id, previous.period).length > 0;
}

/** Where a reconciliation of the flow first differs at this hop, or differs by itself. */
function gapAt(view: FlowView, hop: HopView): Found | null {
  for (const judgedLine of view.lines) {
    const { line, legs, hops } = judgedLine;
    const at = hops.findIndex((judged, leg) => judged.state === "off" && legs[leg]!.dataset.id === hop.dataset.id);
    const judged = hops[at];
    if (!judged) continue;
    const amount = amountOff(judged.comparison);
    const { ended: run } = hop;
    return {
      kind: "off",
      code: gapCode(judgedLine, at),
      run: judged.cause === "late-posting" ? null : run,
      sinceAt: (line.firstOff === at ? line.sinceAt : null) ?? run?.endedAt ?? legs[at]!.totals[0]!.asOf,
      amount: amount === null ? null : decimalText(amount, view.entity.currency),
      off: true,
    };
  }
  return null;
}

function gapCode(line: JudgedLine, at: number): ExceptionCode {
  const { cause } = line.hops[at]!;
  const likely = cause === "gap" ? CODE_OF_CAUSE[likelyCause(line, at)] : undefined;
  return likely ?? CODE_OF[cause] ?? "control-total-gap";
}

function whole(view: FlowView, hop: HopView, found: Found, gap: Found | null, moment: Moment): Problem {
  const amount = gap?.amount ?? found.amount ?? null;
  // What is queued behind a stalled run mends nothing.
  const retrying = found.kind !== "stalled" && hop.active.some((run) => run !== found.run);
  return {
    exceptions: [],
    expectedAt: null,
    missed: 0,
    lastGoodAt: null,
    ...found,
    flow: view.flow.id,
    entity: view.entity.id,
    hop: hop.at,
    dataset: hop.dataset.id,
    amount,
    // Rows known to be refused are missing from the target even while the next load makes the hops incomparable.
    off: gap !== null || (found.kind === "rejected" && amount !== null),
    material: amount === null || Big(amount).abs().gte(view.entity.materiality),
    retrying,
    passing: gap === null && mayPass(view, hop, found, moment),
    shared: isShared(hop),
  };
}
