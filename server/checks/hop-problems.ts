import Big from "big.js";
import type { ExceptionCode, RunException } from "../../schemas/event/facets.ts";
import type { Run } from "../../schemas/run.ts";
import { endOf, exceptionsFor, isActive, startOf } from "../reconcile/legs.ts";
import { decimalText } from "../reconcile/money.ts";
import { EXCEPTION_TABLE, worseFirst } from "./exception-table.ts";
import { missingRun, usualMinutes } from "./expected-runs.ts";
import type { FlowView, HopView } from "./flow-view.ts";
import { addMinutes, type Moment } from "./moment.ts";
import type { Problem } from "./problem.ts";

/** A run is stalled when it takes this many times longer than usual. */
const STALLED_TIMES = 3;
/** Patience with a run whose usual length is unknown. */
const UNKNOWN_LENGTH_MINUTES = 120;
/** Completed runs that brought nothing newer before a delta counts as standing still. */
const RUNS_WITHOUT_PROGRESS = 2;

export type Found = Pick<Problem, "kind" | "code" | "sinceAt" | "run"> & Partial<Problem>;

/** The latest ended run failed or was stopped. */
export function failedRun(view: FlowView, hop: HopView): Found | null {
  const { ended: run } = hop;
  if (!run || run.qualifier === "superseded" || (run.state !== "FAILED" && run.state !== "ABORTED")) return null;
  const exceptions = exceptionsFor(run, view.entity.id, view.period.period);
  return {
    kind: "failed",
    code: failureCode(hop, exceptions),
    run,
    exceptions,
    sinceAt: endOf(firstAlike(hop, run, (other) => other.state === run.state)),
  };
}

/** Failures that trying again often mends; others wait for a person. */
const MENDED_BY_TRYING: readonly ExceptionCode[] = ["job-failed", "api-limit", "unknown"];

/**
 * Whether a failure may still pass by itself: its system usually tries again, so the flow's grace is left to it, and an
 * attempt begun in that time is waited for. A load may be tried again by the hop before it.
 */
export function mayPass(view: FlowView, hop: HopView, found: Found, moment: Moment): boolean {
  if (found.kind !== "failed") return false;
  const code = worstOf(found.exceptions ?? [])?.code ?? "job-failed";
  if (!MENDED_BY_TRYING.includes(code)) return false;
  const { graceMinutes } = view.flow.cadence;
  const until = addMinutes(found.sinceAt, graceMinutes);
  if (!moment.past(until)) return true;
  const tried = isShared(hop) ? [hop] : view.hops.slice(0, hop.at + 1);
  return tried
    .flatMap((each) => each.runs.filter((run) => startOf(run) > found.sinceAt && startOf(run) <= until))
    .some((run) => isActive(run) || (run.state === "COMPLETED" && !moment.past(addMinutes(endOf(run), graceMinutes))));
}

/** Finance meets a refresh that failed as a stale report; why it failed stands in the run. */
function failureCode(hop: HopView, exceptions: readonly RunException[]): ExceptionCode {
  const code = worstOf(exceptions)?.code ?? "job-failed";
  return hop.dataset.kind === "report" && EXCEPTION_TABLE[code].class === "technical" ? "stale-report" : code;
}

/** The latest ended run says it completed and yet refused rows, or was set aside because it brought the same again. */
export function rejectedRows(view: FlowView, hop: HopView): Found | null {
  const { ended: run } = hop;
  if (!run || (run.state !== "COMPLETED" && !needlessAgain(view, hop, run))) return null;
  const exceptions = exceptionsFor(run, view.entity.id, view.period.period);
  const refused = exceptions.reduce((sum, exception) => sum + (exception.count ?? 0), 0) + ownRejected(hop, run);
  const worst = worstOf(exceptions);
  if (refused === 0 && (!worst || EXCEPTION_TABLE[worst.code].severity > "S2")) return null;
  const code = worst?.code ?? "count-gap";
  const same = (other: Run) =>
    worstOf(exceptionsFor(other, view.entity.id, view.period.period))?.code === worst?.code &&
    (worst !== null || ownRejected(hop, other) > 0);
  return {
    kind: "rejected",
    code,
    run,
    exceptions,
    ...lost(exceptions, view),
    sinceAt: endOf(firstAlike(hop, run, same)),
  };
}

/** Set aside as the same again, though nothing further on had failed of it. */
function needlessAgain(view: FlowView, hop: HopView, run: Run): boolean {
  const next = view.hops[hop.at + 1]?.runs ?? [];
  const before = next.filter((other) => other.correlationId === run.correlationId && startOf(other) < startOf(run));
  return run.qualifier === "superseded" && !before.some(({ state }) => state === "FAILED" || state === "ABORTED");
}

/** A run takes far longer than usual, or runs complete while the data behind them stands still. */
export function stalledRun(view: FlowView, hop: HopView, before: HopView | null, moment: Moment): Found | null {
  const oldest = hop.active.at(-1);
  const grace = view.flow.cadence.graceMinutes;
  if (oldest) {
    const usual = usualMinutes(hop.runs);
    const limit = usual === null ? Math.max(grace, UNKNOWN_LENGTH_MINUTES) : Math.max(grace, STALLED_TIMES * usual);
    const startedAt = startOf(oldest);
    if (moment.seenThrough(hop.system.id).pastBy(startedAt, limit))
      return { kind: "stalled", code: "queue-backlog", run: oldest, sinceAt: startedAt };
    return null;
  }
  const reached = hop.watermark?.completeThrough;
  if (!reached) return null;
  const since = before ? newerDelivery(before, reached) : reached;
  if (since === null) return null;
  const idle = hop.runs.filter((run) => run.state === "COMPLETED" && (run.startedAt ?? "") > since);
  const enough = idle.length >= RUNS_WITHOUT_PROGRESS;
  return enough ? { kind: "stalled", code: "queue-backlog", run: idle[0]!, sinceAt: endOf(idle.at(-1)!) } : null;
}

/** A scheduled run never started, or the hop before delivered and nothing took it on. */
export function neverStarted(
  view: FlowView,
  hop: HopView,
  before: HopView | null,
  seenEarlier: boolean,
  moment: Moment,
): Found | null {
  if (hop.active.length > 0 || (hop.runs.length === 0 && !seenEarlier)) return null;
  const { graceMinutes } = view.flow.cadence;
  const seen = moment.seenThrough(hop.system.id);
  const missed = (expectedAt: string): Found => ({
    kind: "missing",
    code: "missing-run",
    run: null,
    sinceAt: addMinutes(expectedAt, graceMinutes),
    expectedAt,
    lastGoodAt: lastGood(hop.runs),
  });
  if (!before) {
    if (hop.freshness.overdueSince === null) return null;
    const missing = missingRun({ occurrences: view.occurrences, runs: hop.runs, graceMinutes }, seen);
    return missing ? { ...missed(missing.expectedAt), missed: missing.missed } : null;
  }
  const delivered = before.runs.find((run) => run.state === "COMPLETED" && seen.pastBy(endOf(run), graceMinutes));
  if (!delivered) return null;
  const from = delivered.startedAt ?? endOf(delivered);
  const taken = hop.runs.some((run) => startOf(run) >= from);
  return taken ? null : missed(endOf(delivered));
}

/** A report shows older data than the hop before it has had for longer than the flow allows. */
export function staleReport(hop: HopView, before: HopView | null): Found | null {
  if (hop.dataset.kind !== "report" || !before) return null;
  const behind = ["stale", "missing"].includes(hop.freshness.state);
  if (!behind || ["stale", "missing", "unknown"].includes(before.freshness.state)) return null;
  return {
    kind: "stale",
    code: "stale-report",
    run: hop.ended,
    sinceAt: hop.freshness.overdueSince!,
    lastGoodAt: hop.watermark?.completeThrough ?? null,
  };
}

/** The exception that weighs most. */
export function worstOf(exceptions: readonly RunException[]): RunException | null {
  const severity = (exception: RunException) => EXCEPTION_TABLE[exception.code].severity;
  return exceptions.toSorted((a, b) => worseFirst(severity(a), severity(b)))[0] ?? null;
}

/** What refused rows leave out of the target, in the entity's currency. */
function lost(exceptions: readonly RunException[], view: FlowView): Pick<Problem, "amount"> {
  const { currency } = view.entity;
  const amounts = exceptions.filter((exception) => exception.amount && (exception.currency ?? currency) === currency);
  if (amounts.length === 0) return { amount: null };
  const sum = amounts.reduce((total, exception) => total.plus(exception.amount!), Big(0));
  return { amount: decimalText(sum.neg(), currency) };
}

/** Rows a run refused; a job that serves all entities cannot say whose they were. */
function ownRejected(hop: HopView, run: Run): number {
  return isShared(hop) ? 0 : (run.rowsRejected ?? 0);
}

export function isShared(hop: HopView): boolean {
  return !hop.hop.job.includes("{entity}");
}

/** The first run of the latest unbroken row of runs that went the same way: since then it has been so. */
function firstAlike(hop: HopView, run: Run, same: (other: Run) => boolean): Run {
  let first = run;
  for (const other of hop.runs.slice(hop.runs.indexOf(run) + 1)) {
    if (!same(other)) break;
    first = other;
  }
  return first;
}

/** When the hop before first delivered data newer than `reached`; null when it has none. */
function newerDelivery(before: HopView, reached: string): string | null {
  const { completeThrough, eventAt } = before.watermark ?? {};
  return completeThrough && completeThrough > reached ? eventAt! : null;
}

function lastGood(runs: readonly Run[]): string | null {
  const run = runs.find((candidate) => candidate.state === "COMPLETED");
  return run ? endOf(run) : null;
}
