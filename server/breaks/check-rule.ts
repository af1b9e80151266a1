import canonicalize from "canonicalize";
import { createHash } from "node:crypto";
import type { Total } from "../../schemas/run.ts";
import type { CanaryState, CheckInput, CheckResult, MatrixState } from "../../schemas/wire/reconcile-matrix.ts";
import type { Moment } from "../checks/moment.ts";
import { canaryOf } from "../reconcile/canary.ts";
import { exactOf, exactText, readable } from "../reconcile/exact.ts";
import { foundBreaks, type FoundBreak } from "../reconcile/found-breaks.ts";
import type { JudgedHops } from "../reconcile/judge-legs.ts";
import type { Leg } from "../reconcile/legs.ts";
import { ruleVersion } from "../reconcile/rule-version.ts";
import { judgeRule, type JudgedRule, type LineInput } from "../reconcile/tie-line.ts";

/** A rule checked for one entity and period, before it is stored. */
export interface Checked {
  input: LineInput;
  judged: JudgedRule;
  state: MatrixState;
  canary: CanaryState;
  breaks: FoundBreak[];
  ruleVersion: string;
}

/** Judges a rule, looks for its breaks and tries it with its canary; a rule that misses that is broken. */
export function checkRule(input: LineInput, moment: Moment): Checked {
  const judged = judgeRule(input, moment);
  const { judging, hops } = judged;
  const canary = canaryOf(judging, hops, moment);
  const breaks = foundBreaks(input, judged);
  const state = canary === "missed" ? "broken" : stateOf(judged);
  return { input, judged, state, canary, breaks, ruleVersion: ruleVersion(judging.rule) };
}

function stateOf({ state, hops }: JudgedRule): MatrixState {
  if (state !== "tied") return state;
  return hops.some(({ comparison }) => (comparison?.tolerated ?? 0n) > 0n) ? "tolerated" : "tied";
}

/** What could not be reckoned with, by leg. */
export function findingsOf({ judging, hops }: JudgedRule): CheckResult["findings"] {
  return hops.flatMap(({ cause, finding }, at) =>
    finding === null ? [] : [{ code: cause, text: finding, dataset: judging.legs[at]!.dataset.id }],
  );
}

/** What each leg's figures were and where they came from. */
export function inputsOf(legs: readonly Leg[], namespaceOf: (dataset: string) => string): CheckInput[] {
  return legs.map(({ dataset, version, totals, watermark, completeThrough, snapshotAsOf }) => ({
    dataset: dataset.id,
    namespace: namespaceOf(dataset.id),
    name: dataset.name,
    version,
    runId: totals[0]?.runId ?? watermark?.runId ?? "",
    asOf: totals[0]?.asOf ?? null,
    ...{ completeThrough, snapshotAsOf },
    totals: totals.length,
    digest: totalsDigest(totals),
  }));
}

const digests = new WeakMap<readonly Total[], string>();

/** SHA-256 over the totals in canonical order, each as its dimensions, measure and plain decimal. */
export function totalsDigest(totals: readonly Total[]): string {
  let digest = digests.get(totals);
  if (digest === undefined) {
    const lines = totals.map(({ ledger, account, currency, measure, value, correlationId }) =>
      JSON.stringify([ledger, account, currency, measure, plain(value), correlationId]),
    );
    digest = sha256(lines.sort().join("\n"));
    digests.set(totals, digest);
  }
  return digest;
}

function plain(value: string): string {
  return readable(() => exactText(exactOf(value))) ?? value;
}

/** SHA-256 over state, causes and every cell that does not tie: two verdicts with one digest say the same. */
export function verdictDigest({ hops, ends }: JudgedHops, canary: CanaryState): string {
  const verdict = {
    canary,
    ends: ends && amounts(ends.difference),
    hops: hops.map(({ state, cause, finding, comparison }) => ({
      ...{ state, cause, finding },
      difference: comparison && amounts(comparison.difference),
      tolerated: comparison && exactText(comparison.tolerated),
      off: comparison?.off.map(({ key, measures, from, to }) => [key, measures, amounts(from), amounts(to)]) ?? [],
    })),
  };
  return sha256(canonicalize(verdict) as string);
}

function amounts(of: Partial<Record<string, bigint>>): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([measure, amount]) => [measure, exactText(amount!)]));
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
