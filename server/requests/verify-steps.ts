import type { Verification } from "../../schemas/wire/request.ts";
import type { LineHop } from "../../schemas/wire/line.ts";
import { indexOf } from "../checks/estate-index.ts";
import { calendarsOf } from "../close/calendars.ts";
import { lineOf } from "../close/entity-lines.ts";
import type { Context } from "../context.ts";
import { stepsOf, type StoredStep } from "../store/postgres/requests-steps.ts";
import { concludeRequest } from "./conclude-request.ts";
import { writeMoves, type Move } from "./step-moves.ts";

/** Looks so often, real seconds apart, before figures that have not arrived are called unknown. */
const TRIES = 4;
const APART_SECONDS = 5;

const NOT_ASKED: Verification = { state: "not-asked", text: "No reconciliation compares what it filled." };

/**
 * Whether what a step filled has arrived and ties there; null while that cannot be told yet, unless `last` says that
 * nobody looks again.
 */
export function verificationOf(ctx: Context, step: StoredStep, last = false): Verification | null {
  const hops = hopsOf(ctx, step);
  if (hops.length === 0) return NOT_ASKED;
  for (const state of ["off", "carries"] as const) {
    const hop = hops.find((each) => each.state === state);
    if (hop) return { state, text: hop.why };
  }
  const open = hops.find(({ state }) => state !== "tied");
  if (!open) return { state: "tied", text: "The figures arrived and tie." };
  return last ? { state: "unknown", text: `Not known to tie yet. ${open.why}` } : null;
}

/** Where the reconciliations of its flow meet what a step filled. */
function hopsOf({ estate, facts, clock }: Context, { flow, dataset, entity, period }: StoredStep): LineHop[] {
  if (!flow || !dataset || !entity || !period) return [];
  const calendars = calendarsOf(estate);
  return indexOf(estate)
    .reconciliationsOf(flow)
    .filter(({ legs }) => legs.includes(dataset))
    .flatMap(({ id }) => {
      const line = lineOf({ estate, facts, calendars, now: clock.now(), period, entity, reconciliation: id });
      return line.hops.filter((hop) => hop.dataset === dataset);
    });
}

/** Looks again at steps whose figures had not arrived when their runs ended. */
export async function verifySteps(ctx: Context, id: string, tries: number): Promise<void> {
  const waiting = (await ctx.postgres.ask(stepsOf, { requestId: id })).filter(({ state }) => state === "verifying");
  if (waiting.length === 0) return;
  const moves = waiting.flatMap((step): Move[] => {
    const verification = verificationOf(ctx, step, tries >= TRIES);
    if (!verification) return [];
    return [{ step: step.step, from: ["verifying"], state: "done", fault: null, outcome: step.outcome, verification }];
  });
  const at = ctx.clock.now();
  await ctx.postgres.transaction(async (tx) => {
    await writeMoves(tx, id, at, moves);
    if (moves.length < waiting.length) {
      await ctx.enqueue("request.verify", { id, tries: tries + 1 }, { afterSeconds: APART_SECONDS, tx });
    }
    if (moves.length > 0) await ctx.enqueue("request.advance", { id }, { tx });
    await concludeRequest(ctx, tx, id, at);
  });
  for (const topic of ["requests", "request", "flows"] as const) ctx.touch(topic);
}
