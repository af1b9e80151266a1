import { setTimeout } from "node:timers/promises";
import { VendorError, type Triggered } from "../../collectors/collector.ts";
import { record, TIEOUT } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { holdRequest, markDispatched, moveRequest, type StoredRequest } from "../store/postgres/requests.ts";
import { correlationOf } from "./correlation.ts";
import { settleRequests } from "./settle-requests.ts";
import { rerunOf, type Rerun } from "./target.ts";

/** Answers of a vendor after which the load has certainly not started. */
const NOT_STARTED: ReadonlySet<VendorError["code"]> = new Set([
  "refused",
  "unauthorized",
  "forbidden",
  "not-found",
  "rate-limited",
]);
/** Shorter than a request is held for this process alone. */
const SILENCE_MILLISECONDS = 60_000;
/** Real time within which a started run must have been seen. */
const EXPIRE_SECONDS = 30 * 60;

/**
 * Drives the vendor for a request, under the request's id as idempotency key: after a crash the same call adopts the run
 * it had started. Does nothing where another process has the request in hand, or it has gone on already.
 */
export async function dispatchRequest(ctx: Context, id: string): Promise<void> {
  const [request] = await ctx.postgres.ask(holdRequest, { id });
  if (!request) return;
  const attempt = await trigger(ctx, request);
  if ("ended" in attempt) await end(ctx, request, attempt);
  else await dispatched(ctx, request, attempt.rerun, attempt.triggered);
  ctx.touch("requests");
  ctx.touch("flows");
}

type Attempt = { rerun: Rerun; triggered: Triggered } | { ended: "refused" | "failed"; outcome: string };

async function trigger(ctx: Context, request: StoredRequest): Promise<Attempt> {
  let title = "The system";
  try {
    const rerun = rerunOf(ctx.estate, request);
    title = rerun.system.title;
    const driver = ctx.drivers.get(rerun.system.id);
    if (!driver?.trigger) return { ended: "refused", outcome: `${title} can be observed here, not driven.` };
    const { job, parameters } = rerun;
    const { id: idempotencyKey, requestedAt } = request;
    const triggering = driver.trigger({ job, parameters, idempotencyKey, requestedAt });
    return { rerun, triggered: await Promise.race([triggering, silence()]) };
  } catch (error) {
    ctx.log.warn({ err: error, request: request.id }, "a request could not be dispatched");
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof VendorError && NOT_STARTED.has(error.code)) {
      return { ended: "refused", outcome: `${title} refused: ${message}` };
    }
    return {
      ended: "failed",
      outcome: `${title} gave no clear answer (${message}). The vendor may have started it; look before asking again.`,
    };
  }
}

/** Rejects when a vendor has not answered for so long that nobody should go on waiting. */
async function silence(): Promise<never> {
  await setTimeout(SILENCE_MILLISECONDS, undefined, { ref: false });
  throw new VendorError("unreachable", "no answer within a minute");
}

async function dispatched(ctx: Context, request: StoredRequest, rerun: Rerun, triggered: Triggered): Promise<void> {
  const at = ctx.clock.now();
  const correlationId = correlationOf(ctx.estate, ctx.facts, rerun, request) ?? `REQ-${request.id}`;
  const { runId, vendorRunKey, jobName, adopted } = triggered;
  await ctx.postgres.transaction(async (tx) => {
    const marking = { id: request.id, at: at.toISOString(), runId, vendorRunKey, jobName, correlationId };
    const [row] = await tx.ask(markDispatched, marking);
    if (!row) return;
    await ctx.enqueue("request.tell", { id: request.id }, { key: `${request.id} dispatched`, tx });
    await ctx.enqueue("request.expire", { id: request.id }, { key: request.id, afterSeconds: EXPIRE_SECONDS, tx });
    await record(tx, {
      at,
      actor: TIEOUT,
      action: "request.dispatch",
      subject: `request:${request.id}`,
      detail: { system: rerun.system.id, job: jobName, vendorRunKey, runId, correlationId, adopted },
    });
  });
  // The run may have been seen before its id was known here.
  const run = ctx.facts.run(runId);
  if (run) await settleRequests(ctx, [run]);
}

async function end(
  ctx: Context,
  request: StoredRequest,
  { ended, outcome }: { ended: "refused" | "failed"; outcome: string },
): Promise<void> {
  const at = ctx.clock.now();
  await ctx.postgres.transaction(async (tx) => {
    const move = { id: request.id, from: ["requested" as const], to: ended, at: at.toISOString(), outcome };
    const [row] = await tx.ask(moveRequest, move);
    if (!row) return;
    await record(tx, {
      at,
      actor: TIEOUT,
      action: `request.${ended}`,
      subject: `request:${request.id}`,
      detail: { outcome },
    });
  });
}
