import type { Run } from "../../schemas/run.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Context } from "../context.ts";
import { stepsOf, type StoredStep } from "../store/postgres/requests-steps.ts";
import type { Move } from "./step-moves.ts";

/** Minutes a load that usually comes by itself is waited for, at least. */
const LEAST_MINUTES = 45;

/** Takes the run a load came by itself with, where it has come; else the step waits for it. */
export async function awaitRun(ctx: Context, step: StoredStep): Promise<Move> {
  const since = await beginBefore(ctx, step);
  const run = runsFor(ctx, step).find((each) => belongs(each, since));
  const base = { step: step.step, from: ["claimed"] as const, state: "dispatched" as const, outcome: null };
  return run ? { ...base, ...taken(run) } : base;
}

/** What a step takes over from the run it adopts. */
export function taken(run: Run): Pick<Move, "run_id" | "job_name" | "correlation_id" | "adopted"> {
  return { run_id: run.runId, job_name: run.jobName, correlation_id: run.correlationId, adopted: true };
}

/** Of runs just heard of, the one an awaited step was waiting for. */
export function comesBy(ctx: Context, step: StoredStep, runs: readonly Run[]): Run | null {
  if (!step.dataset) return null;
  const { namespace, name } = indexOf(ctx.estate).name(step.dataset);
  const fits = (run: Run) =>
    run.targets.some(
      (target) =>
        target.namespace === namespace &&
        target.name === name &&
        (step.entity === null || target.entity === null || target.entity === step.entity) &&
        (step.period === null || target.period === null || target.period === step.period),
    );
  return runs.find((run) => fits(run) && belongs(run, { at: step.requestedAt, correlationId: null })) ?? null;
}

/** Whether a load that was to come by itself has been waited for long enough. */
export function isOverdue(step: StoredStep, now: Date): boolean {
  const seconds = Math.max(LEAST_MINUTES * 60, 3 * (step.details.p90Seconds ?? 0));
  return now.getTime() - Date.parse(step.dispatchedAt ?? step.changedAt) > seconds * 1000;
}

interface Since {
  at: string;
  correlationId: string | null;
}

/** From when on a run can be what followed: the begin of the last step before it. */
async function beginBefore(ctx: Context, step: StoredStep): Promise<Since> {
  const before = await ctx.postgres.ask(stepsOf, { requestId: step.requestId, steps: step.after });
  const last = before.toSorted((a, b) => ((a.dispatchedAt ?? "") < (b.dispatchedAt ?? "") ? 1 : -1))[0];
  return { at: last?.dispatchedAt ?? step.requestedAt, correlationId: last?.correlationId ?? null };
}

/** Runs into what a step fills, whichever began them. */
export function runsFor(ctx: Context, step: StoredStep): readonly Run[] {
  if (!step.dataset || !step.period) return [];
  const index = indexOf(ctx.estate);
  const entities = step.entity ? [step.entity] : ctx.estate.entities.map(({ id }) => id);
  return entities.flatMap((entity) => ctx.facts.runsInto(index.name(step.dataset!), entity, step.period!));
}

function belongs(run: Run, { at, correlationId }: Since): boolean {
  if (run.state === "NEW") return false;
  if (correlationId !== null && run.correlationId === correlationId && (run.startedAt ?? "") >= at) return true;
  return (run.startedAt ?? run.lastEventAt) >= at;
}
