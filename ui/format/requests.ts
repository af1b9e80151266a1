import type { RequestRow } from "../../schemas/wire/live.ts";
import type { Expected, StepKind } from "../../schemas/wire/request.ts";
import { span } from "./time.ts";

export const ACTS: Record<RequestRow["act"], string> = {
  sync: "Sync",
  replay: "Replay",
  resubmit: "Resubmit",
  recollect: "Recollect",
  rebuild: "Rebuild",
  freeze: "Freeze",
  unfreeze: "Unfreeze",
  runbook: "Runbook",
};

export const DOES: Record<StepKind, string> = {
  drive: "starts",
  rerun: "takes up",
  follow: "waits for",
  reverse: "takes back",
  resubmit: "takes in",
  recollect: "reads again",
  rebuild: "derives again",
  freeze: "freezes",
  unfreeze: "lifts",
  check: "checks",
  confirm: "asks",
};

/** Where a request stands for whoever looks down the list: still to be agreed to, going on, or over. */
export type Stage = "waiting" | "open" | "done";

export function stageOf({ state, progress }: Pick<RequestRow, "state" | "progress">): Stage {
  if (state === "waiting") return "waiting";
  if (["requested", "dispatched", "running", "paused"].includes(state) || progress.asking > 0) return "open";
  return "done";
}

/** `about 12 min, 30 min at most` of what a plan is expected to take. */
export function expectedText(expected: Expected | null): string {
  if (!expected) return "not known, because too few runs are known";
  const { p50Seconds, p90Seconds } = expected;
  if (p90Seconds < 60) return "less than a minute";
  return `about ${span(p50Seconds)}, mostly within ${span(p90Seconds)}`;
}

/** What is left at the pace so far, in seconds; null before anything is done. */
export function secondsLeft(
  { requestedAt, progress }: Pick<RequestRow, "requestedAt" | "progress">,
  startedAt: string | null,
  now: string,
): number | null {
  const { done, total } = progress;
  if (done === 0 || done >= total) return null;
  const taken = (Date.parse(now) - Date.parse(startedAt ?? requestedAt)) / 1000;
  return Math.max(0, (taken / done) * (total - done));
}

/** Steps in columns: each stands right of all it waits for. */
export function layersOf<S extends { after: readonly string[] }>(
  steps: readonly S[],
  idOf: (step: S) => string,
): S[][] {
  const known = new Set(steps.map(idOf));
  const depth = new Map<string, number>();
  const layers: S[][] = [];
  for (const step of steps) {
    const before = step.after.filter((id) => known.has(id)).map((id) => depth.get(id) ?? 0);
    const own = before.length === 0 ? 0 : Math.max(...before) + 1;
    depth.set(idOf(step), own);
    (layers[own] ??= []).push(step);
  }
  return layers.filter(Boolean);
}
