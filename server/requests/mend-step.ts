import type { RequestRow } from "../../schemas/wire/live.ts";
import type { DeadLetter } from "../../schemas/wire/request.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { moveStepsIn, stepById, type StoredStep } from "../store/postgres/requests-steps.ts";
import { lockRequest, moveRequest } from "../store/postgres/requests.ts";
import { actLocally } from "./act-locally.ts";
import { changed, executing } from "./change-request.ts";
import { concludeRequest, UNDER_WAY } from "./conclude-request.ts";
import { keyOf } from "./request-steps.ts";
import { writeMoves, type Move } from "./step-moves.ts";

export interface Mending {
  id: string;
  step: string;
  reason: string;
}

/** What may be done with a failed step: the same key adopts what was started after all; a new attempt starts afresh. */
export function redriveOf({ fault, kind }: Pick<StoredStep, "fault" | "kind">): DeadLetter["redrive"] {
  if (kind === "follow") return "new-attempt";
  return fault === "unclear" || fault === "never-seen" ? "same-key" : "new-attempt";
}

/**
 * Does a failed step again, with other parameters where they were wrong. What may have been started is asked for under the
 * same key, so that its run is adopted; what certainly failed is a new attempt. Steps behind it go on waiting for it.
 */
export async function redriveStep(
  ctx: Context,
  actor: Actor,
  { id, step: name, reason, parameters }: Mending & { parameters?: Record<string, string> | undefined },
): Promise<RequestRow> {
  await executing(ctx, actor, id);
  const step = await failedStep(ctx, { id, step: name });
  const how = redriveOf(step);
  if (parameters && how === "same-key") {
    const why = "It may have been started as it was. Redrive it as it is, and correct it once its end is known.";
    throw new Fault("conflict", why, { pointer: "/parameters" });
  }
  const unknown = Object.keys(parameters ?? {}).find((key) => !(key in step.parameters));
  if (unknown !== undefined) {
    const known = Object.keys(step.parameters).join(", ") || "none";
    throw new Fault("invalid-input", `The job takes no parameter ${unknown}; it takes ${known}.`, {
      pointer: `/parameters/${unknown}`,
    });
  }
  const attempt = step.attempt + 1;
  const afresh = how === "new-attempt" ? { attempt, idempotency_key: keyOf(id, name, attempt), forget: true } : {};
  const resolution = { act: "redrive", by: actor.name, at: ctx.clock.now().toISOString(), reason };
  // What was asked and what is asked instead stay side by side in the log.
  const corrected = Object.entries(parameters ?? {}).flatMap(([key, to]) =>
    step.parameters[key] === to ? [] : [{ parameter: key, from: step.parameters[key], to }],
  );
  const detail = { step: name, how, ...(corrected.length > 0 ? { corrected } : {}) };
  return changed(ctx, actor, { id, action: "request.redrive", reason, detail }, async (tx, at) => {
    const move: Move = {
      ...{ step: name, from: ["failed"], state: "waiting", outcome: null, fault: null, ...afresh },
      ...(step.kind === "follow" ? { kind: "drive" as const } : {}),
      ...(parameters ? { parameters: { ...step.parameters, ...parameters } } : {}),
      ...(how === "same-key" ? { resolution } : {}),
    };
    const moved = await writeMoves(tx, id, new Date(at), [move]);
    if (moved.length === 0) throw new Fault("conflict", "Somebody else dealt with it this very moment.");
    await reopen(ctx, tx, id, at);
  });
}

/** Passes over a step with a reason, so that what waits for it goes on; or confirms what a person was asked to do. */
export async function skipStep(ctx: Context, actor: Actor, { id, step, reason }: Mending): Promise<RequestRow> {
  await executing(ctx, actor, id);
  const resolution = { act: "skip", by: actor.name, at: ctx.clock.now().toISOString(), reason };
  return changed(ctx, actor, { id, action: "request.skip", reason, detail: { step } }, async (tx, at) => {
    const from = ["waiting", "asking", "failed", "blocked"] as const;
    const moves: Move[] = [{ step, from, state: "skipped", outcome: reason, resolution }];
    const moved = await writeMoves(tx, id, new Date(at), moves);
    if (moved.length === 0) throw new Fault("conflict", "Only a step that waits or failed can be skipped.");
    await reopen(ctx, tx, id, at);
  });
}

/** Says that a step a person was asked to do is done. A check is made once more first; one that does not tie is skipped, not confirmed. */
export async function confirmStep(
  ctx: Context,
  actor: Actor,
  { id, step: name, reason }: Mending,
): Promise<RequestRow> {
  const request = await executing(ctx, actor, id);
  const [step] = await ctx.postgres.ask(stepById, { requestId: id, step: name });
  if (step?.state !== "asking") throw new Fault("conflict", "This step asks for nobody.");
  const again = step.kind === "check" ? await actLocally(ctx, request, step) : null;
  if (again && again.state !== "done") {
    throw new Fault("conflict", `${again.outcome} Mend it, or skip the check with a reason.`);
  }
  const resolution = { act: "confirm", by: actor.name, at: ctx.clock.now().toISOString(), reason };
  return changed(ctx, actor, { id, action: "request.confirm", reason, detail: { step: name } }, async (tx, at) => {
    const outcome = again?.outcome ?? reason;
    const moved = await writeMoves(tx, id, new Date(at), [
      { step: name, from: ["asking"], state: "done", outcome, resolution },
    ]);
    if (moved.length === 0) throw new Fault("conflict", "Somebody else confirmed it this very moment.");
    await ctx.enqueue("request.advance", { id }, { tx });
    await concludeRequest(ctx, tx, id, new Date(at));
  });
}

/** Gives a failed step up for good, with a reason; what waits for it stays blocked. */
export async function discardStep(ctx: Context, actor: Actor, { id, step, reason }: Mending): Promise<RequestRow> {
  await executing(ctx, actor, id);
  const before = await failedStep(ctx, { id, step });
  const resolution = { act: "discard", by: actor.name, at: ctx.clock.now().toISOString(), reason };
  return changed(ctx, actor, { id, action: "request.discard", reason, detail: { step } }, async (tx, at) => {
    const { outcome, fault } = before;
    const moved = await writeMoves(tx, id, new Date(at), [
      { step, from: ["failed"], state: "failed", outcome, fault, resolution },
    ]);
    if (moved.length === 0) throw new Fault("conflict", "Somebody else dealt with it this very moment.");
    await concludeRequest(ctx, tx, id, new Date(at));
  });
}

async function failedStep(ctx: Context, { id, step: name }: Pick<Mending, "id" | "step">): Promise<StoredStep> {
  const [step] = await ctx.postgres.ask(stepById, { requestId: id, step: name });
  if (!step) throw new Fault("not-found", "There is no such step.");
  if (step.state !== "failed" || step.resolution !== null) {
    throw new Fault("conflict", "This step has not failed, or somebody has dealt with it.");
  }
  return step;
}

type Tx = Parameters<Parameters<typeof changed>[3]>[0];

/**
 * An ended request whose step is mended goes on; what was blocked by it waits again. The request is held first: another
 * process may be ending it this very moment, and what that one blocks is seen only once it is done.
 */
async function reopen(ctx: Context, tx: Tx, id: string, at: string): Promise<void> {
  await tx.ask(lockRequest, { id });
  await tx.ask(moveStepsIn, { requestId: id, from: ["blocked"], to: "waiting", at, outcome: null });
  const from = [...UNDER_WAY, "failed" as const, "refused" as const, "completed" as const];
  await tx.ask(moveRequest, { id, from, to: "running", at, outcome: null });
  await ctx.enqueue("request.advance", { id }, { tx });
  await concludeRequest(ctx, tx, id, new Date(at));
}
