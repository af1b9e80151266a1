import type { RequestRow } from "../../schemas/wire/live.ts";
import type { Expected, Plan, PlanStep } from "../../schemas/wire/plan.ts";
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

/** What can be asked for from the console, and the right each takes. */
export const OFFERED: { act: RequestRow["act"]; may: string; text: string }[] = [
  { act: "sync", may: "request:create", text: "Run a flow now, from one of its hops on." },
  { act: "replay", may: "request:create", text: "Run again what failed or was affected." },
  { act: "resubmit", may: "request:create", text: "Load again what lost rows, once their cause is mended." },
  { act: "runbook", may: "request:create", text: "Carry a runbook out step by step." },
  { act: "recollect", may: "request:execute", text: "Read a system’s history again from a date." },
  { act: "rebuild", may: "request:execute", text: "Derive everything again from raw events." },
  { act: "freeze", may: "request:freeze", text: "Stop loads until they are let go on." },
  { act: "unfreeze", may: "request:freeze", text: "Let loads go on." },
];

/** Where a request stands for whoever looks down the list: still to be agreed to, going on, or over. */
export type Stage = "waiting" | "open" | "done";

export function stageOf({ state, progress }: Pick<RequestRow, "state" | "progress">): Stage {
  if (state === "waiting") return "waiting";
  if (["requested", "dispatched", "running", "paused"].includes(state) || progress.asking > 0) return "open";
  return "done";
}

/** Whether a request waits for the agreement of somebody, and for nothing else. */
export function waitsFor(
  { state, requestedBy, approval, heldBy }: Pick<RequestRow, "state" | "requestedBy" | "approval" | "heldBy">,
  name: string,
): boolean {
  return state === "waiting" && heldBy === null && approval.given < approval.needed && requestedBy !== name;
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

/** A step as it is drawn; `reach` is what the steps touch without filling it. */
export interface DrawnStep extends Pick<PlanStep, "id" | "title" | "after" | "system"> {
  kind: PlanStep["kind"] | "reach";
}

/** More of a kind than this are counted: a plan shows how far it reaches, the words beside it name everything. */
const MOST_REACH = 4;

/** A plan's steps, and behind them all that rests on what they fill: datasets, then reports, then milestones. */
export function withReach({ steps, touches }: Pick<Plan, "steps" | "touches">, titleOf: (id: string) => string) {
  const awaited = new Set(steps.flatMap(({ after }) => after));
  let before = steps.filter(({ id }) => !awaited.has(id)).map(({ id }) => id);
  const reach: DrawnStep[] = [];
  for (const [what, ids] of [
    ["dataset", touches.downstream],
    ["report", touches.reports],
    ["milestone", touches.milestones],
  ] as const) {
    const named = ids.slice(0, ids.length > MOST_REACH ? MOST_REACH - 1 : MOST_REACH).map(titleOf);
    if (ids.length > MOST_REACH) named.push(`and ${ids.length - named.length} more`);
    const own = named.map((title): DrawnStep => {
      return { id: `${what} ${title}`, title, after: before, system: what, kind: "reach" };
    });
    reach.push(...own);
    if (own.length > 0) before = own.map(({ id }) => id);
  }
  return [...steps, ...reach];
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
