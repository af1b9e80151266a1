import type { RequestRow } from "../../schemas/wire/live.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { approvalsOf } from "../store/postgres/requests-approvals.ts";
import { moveStepsIn, stepsOf } from "../store/postgres/requests-steps.ts";
import {
  lockRequest,
  markCancelling,
  moveRequest,
  requestById,
  type StoredRequest,
} from "../store/postgres/requests.ts";
import { demand } from "../people/permit.ts";
import { inScope } from "../people/in-scope.ts";
import { concludeRequest, UNDER_WAY } from "./conclude-request.ts";
import { requestRow } from "./request-rows.ts";
import { writeMoves, type Move } from "./step-moves.ts";

/** Lets nothing further begin; what is under way goes on. */
export async function pauseRequest(ctx: Context, actor: Actor, id: string, reason: string): Promise<RequestRow> {
  await executing(ctx, actor, id);
  return changed(ctx, actor, { id, action: "request.pause", reason }, async (tx, at) => {
    const outcome = `Paused by ${actor.name}: ${reason}`;
    const [row] = await tx.ask(moveRequest, { id, from: [...UNDER_WAY], to: "paused", at, outcome });
    if (!row) throw new Fault("conflict", "Only a request under way can be paused.");
  });
}

export async function resumeRequest(ctx: Context, actor: Actor, id: string, reason: string): Promise<RequestRow> {
  await executing(ctx, actor, id);
  return changed(ctx, actor, { id, action: "request.resume", reason }, async (tx, at) => {
    const [row] = await tx.ask(moveRequest, { id, from: ["paused"], to: "running", at, outcome: null });
    if (!row) throw new Fault("conflict", "Only a paused request can go on.");
    await ctx.enqueue("request.advance", { id }, { tx });
  });
}

/**
 * Cancels a request: nothing further begins, and runs under way are stopped where their system lets them be. One that runs
 * to its end anyway says so. Whoever asked may do it, and whoever may carry requests out.
 */
export async function cancelRequest(ctx: Context, actor: Actor, id: string, reason: string): Promise<RequestRow> {
  const request = await visible(ctx, actor, id);
  if (request.requestedById !== actor.id) demand(actor, "request:execute");
  const stopping = (await ctx.postgres.ask(stepsOf, { requestId: id })).filter(
    ({ state, kind }) => ["dispatched", "running"].includes(state) && kind !== "follow",
  );
  const told = await Promise.all(stopping.map(async (step) => ({ step, answer: await stop(ctx, step) })));
  const row = await changed(ctx, actor, { id, action: "request.cancel", reason }, async (tx, at) => {
    const [locked] = await tx.ask(lockRequest, { id });
    if (!locked || ![...UNDER_WAY, "paused", "waiting"].includes(locked.state)) {
      throw new Fault("conflict", `This request is ${locked?.state ?? "gone"}; there is nothing to cancel.`);
    }
    const outcome = `Cancelled by ${actor.name}: ${reason}`;
    const idle = { requestId: id, from: ["waiting" as const, "asking" as const], to: "cancelled" as const };
    await tx.ask(moveStepsIn, { ...idle, at, outcome });
    if (locked.state === "waiting") {
      await tx.ask(moveRequest, { id, from: ["waiting"], to: "cancelled", at, outcome });
      return;
    }
    await tx.ask(markCancelling, { id });
    const resolution = { act: "cancel", by: actor.name, at, reason };
    const moves = told.map(({ step: { step, state }, answer }): Move => ({
      step,
      from: [state],
      state,
      outcome: answer,
      resolution,
    }));
    await writeMoves(tx, id, new Date(at), moves);
    const followed = (await tx.ask(stepsOf, { requestId: id })).filter(
      ({ kind, state, runId }) => kind === "follow" && state === "dispatched" && runId === null,
    );
    await writeMoves(
      tx,
      id,
      new Date(at),
      followed.map(({ step }): Move => ({ step, from: ["dispatched"], state: "cancelled", outcome })),
    );
    await concludeRequest(ctx, tx, id, new Date(at));
  });
  return row;
}

/** Asks the vendor to stop a run; answers what came of it. */
async function stop(ctx: Context, step: { system: string | null; vendorRunKey: string | null }): Promise<string> {
  const driver = ctx.drivers.get(step.system ?? "");
  if (!driver?.cancel || !step.vendorRunKey) return "Its system lets nothing be stopped; it runs to its end.";
  try {
    await driver.cancel(step.vendorRunKey);
    return "Its system was asked to stop it.";
  } catch (error) {
    return `It could not be stopped: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The request, where the actor may carry it out and has not agreed to it. */
export async function executing(ctx: Context, actor: Actor, id: string): Promise<StoredRequest> {
  demand(actor, "request:execute");
  const request = await visible(ctx, actor, id);
  const approvals = await ctx.postgres.ask(approvalsOf, { requestId: id });
  if (approvals.some(({ personId, name }) => personId === actor.id || name === actor.name)) {
    throw new Fault("not-permitted", "Who agreed to a request does not carry it out as well.");
  }
  return request;
}

async function visible(ctx: Context, actor: Actor, id: string): Promise<StoredRequest> {
  const [request] = await ctx.postgres.ask(requestById, { id });
  if (!request || !request.entities.every((entity) => inScope(actor, entity))) {
    throw new Fault("not-found", "There is no such request.");
  }
  return request;
}

/** PostgreSQL's word for what a unique index refuses. */
const TAKEN = "23505";

type Tx = Parameters<Parameters<Context["postgres"]["transaction"]>[0]>[0];

/** One change of a request: in one transaction, with its entry in the log. */
export async function changed(
  ctx: Context,
  actor: Actor,
  { id, action, reason, detail = {} }: { id: string; action: string; reason: string; detail?: Record<string, unknown> },
  act: (tx: Tx, at: string) => Promise<void>,
): Promise<RequestRow> {
  const at = ctx.clock.now();
  const work = ctx.postgres.transaction(async (tx) => {
    await act(tx, at.toISOString());
    await record(tx, { at, actor, action, subject: `request:${id}`, detail: { ...detail, reason } });
    const [after] = await tx.ask(requestById, { id });
    return requestRow(after!);
  });
  const row = await work.catch((error: { code?: string }) => {
    if (error.code !== TAKEN) throw error;
    throw new Fault("conflict", "The same load is under way in another request.");
  });
  for (const topic of ["requests", "request", "desk", "flows"] as const) ctx.touch(topic);
  return row;
}
