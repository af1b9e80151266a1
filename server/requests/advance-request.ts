import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { isAway } from "../store/engine-away.ts";
import type { StoredStep } from "../store/postgres/requests-steps.ts";
import { nameRun, type StoredRequest } from "../store/postgres/requests.ts";
import { actLocally } from "./act-locally.ts";
import { claimTurn } from "./claim-steps.ts";
import { concludeRequest } from "./conclude-request.ts";
import { driveStep } from "./drive-step.ts";
import { awaitRun } from "./follow-load.ts";
import { settleRequests } from "./settle-requests.ts";
import { writeMoves, type Move } from "./step-moves.ts";
import { withdrawChanged } from "./withdraw-changed.ts";

/** Real time within which a started run must have been seen. */
const EXPIRE_SECONDS = 30 * 60;
/** Real milliseconds one task keeps a request going before it hands it to the next. */
const TURN = 60_000;
/** Where only a system's pace holds steps back. */
const PACE = 50;
/** What came of a step is kept trying to be written for so many milliseconds: less than the step is held for us alone. */
const KEEP_WITHIN = 45_000;
/** Where everything that may begin is in hand. */
const SLOW = 1_000;

const turns = new WeakMap<Context, Map<string, { again: boolean }>>();

/**
 * Carries a request on as far as it goes now: takes the steps whose turn it is, does them side by side and keeps what came
 * of each, until none is left that may begin. Called again and again, by as many processes as there are; each step is
 * done by one. One call a request at a time in this process: a second makes the first look once more.
 */
export async function advanceRequest(ctx: Context, id: string): Promise<void> {
  const own = turns.get(ctx) ?? new Map<string, { again: boolean }>();
  turns.set(ctx, own);
  const before = own.get(id);
  if (before) {
    before.again = true;
    return;
  }
  const turn = { again: true };
  own.set(id, turn);
  try {
    const until = performance.now() + TURN;
    while (turn.again && performance.now() < until) {
      turn.again = false;
      await goOn(ctx, id, until);
    }
  } finally {
    own.delete(id);
  }
  if (turn.again) await ctx.enqueue("request.advance", { id });
}

async function goOn(ctx: Context, id: string, until: number): Promise<void> {
  if (await withdrawChanged(ctx, id)) return;
  const inHand = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const begin = (request: StoredRequest, steps: readonly StoredStep[]) => {
    const work: Promise<void> = doSteps(ctx, request, steps)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => inHand.delete(work));
    inHand.add(work);
  };
  while (performance.now() < until && failures.length === 0) {
    const { request, stopped, steps, held } = await claimTurn(ctx, id);
    if (stopped) break;
    for (const group of inGroups(steps)) begin(request!, group);
    // A system that is slow to answer holds up only its own steps.
    if (inHand.size > 0) await Promise.race([...inHand, sleep(steps.length > 0 ? PACE : SLOW)]);
    else if (held === "pace") await sleep(PACE);
    else break;
  }
  const more = performance.now() >= until;
  await Promise.all(inHand);
  if (failures.length > 0) throw failures[0];
  if (more) await ctx.enqueue("request.advance", { id });
  else await conclude(ctx, id);
}

/** Steps of one system are kept together, so that a slow system holds up only its own. */
function inGroups(steps: readonly StoredStep[]): StoredStep[][] {
  return [...Map.groupBy(steps, ({ system }) => system ?? "").values()];
}

async function doSteps(ctx: Context, request: StoredRequest, steps: readonly StoredStep[]): Promise<void> {
  const moves = await Promise.all(steps.map((step) => doStep(ctx, request, step)));
  const kept = await pRetry(() => keep(ctx, request, moves), {
    ...{ retries: 60, minTimeout: 250, maxTimeout: 2_000, maxRetryTime: KEEP_WITHIN },
    shouldRetry: ({ error }) => isAway(error),
  });
  // A run may have been seen before its id was known here.
  const runs = kept.flatMap(({ runId, state }) =>
    runId && state === "dispatched" ? (ctx.facts.run(runId) ?? []) : [],
  );
  if (runs.length > 0) await settleRequests(ctx, runs);
}

function doStep(ctx: Context, request: StoredRequest, step: StoredStep): Promise<Move> | Move {
  if (step.kind === "follow") return awaitRun(ctx, step);
  return step.system !== null && step.job !== null ? driveStep(ctx, step) : actLocally(ctx, request, step);
}

async function keep(ctx: Context, request: StoredRequest, moves: readonly Move[]): Promise<StoredStep[]> {
  const { id } = request;
  const at = ctx.clock.now();
  const kept = await ctx.postgres.transaction(async (tx) => {
    const moved = await writeMoves(tx, id, at, moves);
    const begun = moved.filter(({ state, runId }) => state === "dispatched" && runId !== null);
    if (begun.length > 0) {
      const steps = begun.map(({ step }) => step);
      await ctx.enqueue("request.tell", { id, steps }, { key: `${id} ${steps[0]} dispatched`, tx });
      await ctx.enqueue("request.expire", { id, steps }, { afterSeconds: EXPIRE_SECONDS, tx });
      if (request.stepsTotal === 1) {
        await tx.ask(nameRun, { id, runId: begun[0]!.runId, correlationId: begun[0]!.correlationId });
      }
    }
    await concludeRequest(ctx, tx, id, at);
    if (begun.length > 0) {
      const told = begun.map(({ step, system, jobName, vendorRunKey, runId, correlationId, adopted }) => ({
        ...{ step, system, job: jobName, vendorRunKey, runId, correlationId, adopted },
      }));
      const detail = request.stepsTotal === 1 ? told[0]! : { steps: told };
      await record(tx, { at, actor: TIEOUT, action: "request.dispatch", subject: `request:${id}`, detail });
    }
    return moved;
  });
  tell(ctx);
  return kept;
}

async function conclude(ctx: Context, id: string): Promise<void> {
  await ctx.postgres.transaction((tx) => concludeRequest(ctx, tx, id, ctx.clock.now()));
  tell(ctx);
}

function tell(ctx: Context): void {
  for (const topic of ["requests", "request", "flows"] as const) ctx.touch(topic);
}
