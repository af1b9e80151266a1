import { v7 as uuidv7 } from "uuid";
import type { RequestRow } from "../../schemas/wire/live.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { demand } from "../people/permit.ts";
import {
  insertRequest,
  requestByIdempotencyKey,
  requestUnderWay,
  type StoredRequest,
} from "../store/postgres/requests.ts";
import type { Asking } from "../store/postgres.ts";
import { requestRow } from "./request-rows.ts";
import { rerunOf, type RequestTarget } from "./target.ts";

export interface RerunAsked extends RequestTarget {
  reason: string;
  /** The same key of the same actor never makes a second request. */
  idempotencyKey: string | null;
}

/**
 * Asks a system to run a flow's load again. While the same is under way it is answered instead (`adopted`), so that
 * clicking twice runs once.
 */
export async function requestRerun(
  ctx: Context,
  actor: Actor,
  asked: RerunAsked,
): Promise<{ request: RequestRow; adopted: boolean }> {
  demand(actor, "request:create");
  const { system } = rerunOf(ctx.estate, asked);
  if (!inScope(actor, asked.entity)) {
    throw new Fault("not-permitted", `${asked.entity} is not among the entities of ${actor.name}.`);
  }
  if (!ctx.drivers.get(system.id)?.trigger) {
    throw new Fault("conflict", `${system.title} can be observed here, not driven.`);
  }
  const answer = await ctx.postgres.transaction((tx) => insertOrAdopt(ctx, tx, actor, asked));
  ctx.touch("requests");
  ctx.touch("flows");
  return answer;
}

async function insertOrAdopt(
  ctx: Context,
  tx: Asking,
  actor: Actor,
  asked: RerunAsked,
): Promise<{ request: RequestRow; adopted: boolean }> {
  const { flow, entity, period, dataset, reason, idempotencyKey } = asked;
  const at = ctx.clock.now();
  const inserting = {
    id: uuidv7(),
    act: "sync" as const,
    ...{ flow, entity, period, dataset, reason, idempotencyKey },
    requestedById: actor.id,
    requestedBy: actor.name,
    at: at.toISOString(),
  };
  const [made] = await tx.ask(insertRequest, inserting);
  if (!made) return { request: requestRow(await existing(tx, actor, asked)), adopted: true };
  await ctx.enqueue("request.dispatch", { id: made.id }, { key: made.id, tx });
  await record(tx, {
    at,
    actor,
    action: "request.create",
    subject: `request:${made.id}`,
    detail: { act: made.act, flow, entity, period, dataset, reason },
  });
  return { request: requestRow(made), adopted: false };
}

/** What stood in the way of inserting: the same key before, or the same target under way. */
async function existing(tx: Asking, actor: Actor, asked: RerunAsked): Promise<StoredRequest> {
  const { flow, entity, period, dataset, idempotencyKey } = asked;
  if (idempotencyKey !== null) {
    const [before] = await tx.ask(requestByIdempotencyKey, { requestedById: actor.id, idempotencyKey });
    if (before) {
      const same =
        before.flow === flow && before.entity === entity && before.period === period && before.dataset === dataset;
      if (same) return before;
      throw new Fault("conflict", "This idempotency key was used for another request.", { request: before.id });
    }
  }
  const [underWay] = await tx.ask(requestUnderWay, { flow, entity, period, dataset });
  if (underWay) return underWay;
  throw new Fault("conflict", "The same request ended this very moment. Look at its outcome, then ask again.");
}
