import type { Context } from "../context.ts";
import { calendarsOf } from "../close/calendars.ts";
import { holdRequest, lockRequest, type StoredRequest } from "../store/postgres/requests.ts";
import { claimSteps, stepsUnderWay, waitingSystems, type StoredStep } from "../store/postgres/requests-steps.ts";
import { spendBudget, takeBudget } from "../store/postgres/requests-budgets.ts";
import { UNDER_WAY } from "./conclude-request.ts";
import { freezesOn, paceOf } from "./planning/findings.ts";
import { freezesNow } from "./freezes.ts";

/** So many steps are in one process's hands at a time. */
const MOST_AT_ONCE = 64;

export interface Claimed {
  /** Null where nothing is claimed. */
  request: StoredRequest | null;
  /** The request is paused, cancelled or has ended. */
  stopped: boolean;
  steps: StoredStep[];
  /** Whether steps are left that only the pace or a freeze holds back. */
  held: "pace" | "freeze" | null;
}

/**
 * Takes the steps of a request whose turn it is, as many as each system's budget and concurrency leave room for, over
 * all requests and processes. A paused, cancelled or frozen request gives none.
 */
export async function claimTurn(ctx: Context, id: string): Promise<Claimed> {
  const waiting = await ctx.postgres.ask(waitingSystems, { requestId: id });
  const turn: Claimed = { request: null, stopped: false, steps: [], held: null };
  for (const { system, flows } of waiting) {
    const claimed = await claimIn(ctx, id, system, flows);
    turn.request ??= claimed.request;
    turn.stopped ||= claimed.stopped;
    turn.steps.push(...claimed.steps);
    turn.held ??= claimed.held;
  }
  return turn;
}

async function claimIn(ctx: Context, id: string, system: string, flows: readonly string[]): Promise<Claimed> {
  const at = ctx.clock.now();
  const freezes = await freezesNow(ctx.postgres, ctx.estate, calendarsOf(ctx.estate), at);
  return ctx.postgres.transaction(async (tx): Promise<Claimed> => {
    const [request] = await tx.ask(lockRequest, { id });
    if (!request || request.cancelling || !UNDER_WAY.includes(request.state)) {
      return { request: null, stopped: true, steps: [], held: null };
    }
    const holding = flows.map((flow) => freezesOn(freezes, request.act, [flow], at.toISOString())[0]);
    const frozen = flows.filter((_flow, index) => holding[index] !== undefined);
    const heldBy = holding.find((freeze) => freeze !== undefined)?.title ?? null;
    const told = await tx.ask(holdRequest, { id, heldBy });
    if (told.length > 0) ctx.touch("requests");
    const held = frozen.length > 0 ? ("freeze" as const) : null;
    if (frozen.length === flows.length) return { request, stopped: false, steps: [], held };
    const room = system === "" ? MOST_AT_ONCE : await roomIn(ctx, tx, system);
    if (room <= 0) return { request, stopped: false, steps: [], held: "pace" };
    const wish = { requestId: id, system, limit: Math.min(room, MOST_AT_ONCE), at: at.toISOString(), frozen };
    const steps = await tx.ask(claimSteps, wish);
    const calls = steps.filter(({ kind }) => kind !== "follow").length;
    if (system !== "" && calls > 0) await tx.ask(spendBudget, { system, calls });
    return { request, stopped: false, steps, held: steps.length === room ? "pace" : held };
  });
}

type Tx = Parameters<Parameters<Context["postgres"]["transaction"]>[0]>[0];

/** Calls a system takes right now. Its budget row is locked until the claim is made, so that two never count the same. */
async function roomIn(ctx: Context, tx: Tx, system: string): Promise<number> {
  const { perMinute, concurrency } = paceOf(ctx.estate, system);
  const most = Math.max(concurrency, perMinute / 12);
  const [budget] = await tx.ask(takeBudget, { system, perMinute, most, wanted: MOST_AT_ONCE });
  const [moving] = await tx.ask(stepsUnderWay, { system });
  return Math.min(budget?.taken ?? 0, concurrency - (moving?.steps ?? 0));
}
