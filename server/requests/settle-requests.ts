import type { Run } from "../../schemas/run.ts";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { awaitedSteps, resolveOlder, stepsOfRuns, type StoredStep } from "../store/postgres/requests-steps.ts";
import { nameRun } from "../store/postgres/requests.ts";
import { concludeRequest } from "./conclude-request.ts";
import { comesBy, taken } from "./follow-load.ts";
import { writeMoves, type Move } from "./step-moves.ts";
import { verificationOf } from "./verify-steps.ts";

/** Real seconds after which figures that had not arrived are looked for again. */
const VERIFY_SECONDS = 3;

/**
 * Moves steps on with the runs they started. Called with the runs of every accepted batch, in any order and as often as
 * they come: a step that has ended stays ended.
 */
export async function settleRequests(ctx: Context, runs: readonly Run[]): Promise<void> {
  const seen = new Map(runs.filter((run) => run.state !== "NEW").map((run) => [run.runId, run]));
  if (seen.size === 0) return;
  const moves = new Map<string, { steps: StoredStep[]; moves: Move[] }>();
  const add = (step: StoredStep, move: Move | null) => {
    if (!move) return;
    const own = moves.get(step.requestId) ?? { steps: [], moves: [] };
    own.steps.push(step);
    own.moves.push(move);
    moves.set(step.requestId, own);
  };
  for (const step of await ctx.postgres.ask(stepsOfRuns, { runIds: [...seen.keys()] })) {
    const run = seen.get(step.runId ?? "");
    if (run) add(step, moveFor(ctx, step, run));
  }
  for (const step of await ctx.postgres.ask(awaitedSteps, {})) {
    const run = comesBy(ctx, step, [...seen.values()]);
    if (run) add(step, { ...(moveFor(ctx, step, run) ?? waits(step)), ...taken(run) });
  }
  for (const [id, own] of moves) await settle(ctx, id, own.steps, own.moves);
}

function waits({ step }: StoredStep): Move {
  return { step, from: ["dispatched"], state: "dispatched", outcome: null };
}

const MOVING = ["dispatched", "running"] as const;

/** What a run says of its step; null where that is known. */
function moveFor(ctx: Context, step: StoredStep, run: Run): Move | null {
  const correlation = run.correlationId === null ? {} : { correlation_id: run.correlationId };
  if (run.state === "RUNNING") {
    if (step.state === "running") return null;
    return { step: step.step, from: ["dispatched"], state: "running", outcome: null, ...correlation };
  }
  const base = { step: step.step, from: [...MOVING], outcome: outcomeOf(run), ...correlation };
  if (run.state !== "COMPLETED") return { ...base, state: "failed", fault: "failed" };
  const verification = verificationOf(ctx, step);
  if (!verification) return { ...base, state: "verifying" };
  return { ...base, state: "done", fault: null, verification };
}

async function settle(ctx: Context, id: string, steps: readonly StoredStep[], moves: readonly Move[]): Promise<void> {
  const at = ctx.clock.now();
  await ctx.postgres.transaction(async (tx) => {
    const moved = await endCancelled(tx, id, at, await writeMoves(tx, id, at, moves));
    if (moved.length === 0) return;
    const ended = moved.filter(({ state }) => state !== "dispatched" && state !== "running");
    const [only] = moved;
    // Run from its source a load carries a batch of its own, which nobody could know when it was asked for.
    if (only?.step === "s1" && moved.length === 1 && steps.length === 1) {
      await tx.ask(nameRun, { id, runId: null, correlationId: only.ordinal === 1 ? only.correlationId : null });
    }
    if (ended.length > 0) {
      const done = ended.filter(({ state }) => state === "done").map(({ step }) => step);
      if (done.length > 0) {
        const resolution = {
          act: "superseded",
          by: "Tieout",
          at: at.toISOString(),
          reason: `Came through in request ${id}.`,
        };
        await tx.ask(resolveOlder, { requestId: id, steps: done, resolution: JSON.stringify(resolution) });
      }
      const verifying = ended.some(({ state }) => state === "verifying");
      if (verifying) await ctx.enqueue("request.verify", { id, tries: 1 }, { afterSeconds: VERIFY_SECONDS, tx });
      await ctx.enqueue("request.advance", { id }, { tx });
    }
    await concludeRequest(ctx, tx, id, at);
    if (ended.length > 0 && !(ended.length === 1 && only?.idempotencyKey === id)) {
      const detail = { steps: ended.map(({ step, state, runId, outcome }) => ({ step, state, runId, outcome })) };
      await record(tx, { at, actor: TIEOUT, action: "request.step", subject: `request:${id}`, detail });
    }
  });
  for (const topic of ["requests", "request", "flows"] as const) ctx.touch(topic);
}

type Tx = Parameters<Parameters<Context["postgres"]["transaction"]>[0]>[0];

/** A cancelled load that was stopped is cancelled; one that ran to its end anyway says so. */
async function endCancelled(tx: Tx, id: string, at: Date, moved: readonly StoredStep[]): Promise<StoredStep[]> {
  const asked = moved.filter(({ resolution }) => resolution?.act === "cancel");
  const again = asked.flatMap(({ step, state, outcome }): Move[] => {
    if (state === "failed") return [{ step, from: ["failed"], state: "cancelled", outcome }];
    if (state !== "done" && state !== "verifying") return [];
    const told = `It was cancelled and ran to its end anyway. ${outcome ?? ""}`.trim();
    return [{ step, from: [state], state: "done", fault: "cancelled-late", outcome: told }];
  });
  const corrected = await writeMoves(tx, id, at, again);
  return moved.map((step) => corrected.find((each) => each.step === step.step) ?? step);
}

/** How the run ended, in a sentence for whoever asked for it. */
function outcomeOf(run: Run): string {
  if (run.state === "ABORTED") return run.error ?? `It was stopped before its end (${run.vendorStatus ?? "aborted"}).`;
  if (run.state === "FAILED") return run.error ?? run.exceptions[0]?.message ?? "It failed without saying why.";
  if (run.rowsRejected) {
    const why = run.exceptions[0] ? `: ${run.exceptions[0].message}` : "";
    return `It ran to its end and rejected ${rows(run.rowsRejected)}${why}.`;
  }
  return run.rowsWritten === null ? "It ran to its end." : `It ran to its end and wrote ${rows(run.rowsWritten)}.`;
}

function rows(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}
