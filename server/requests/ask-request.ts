import { v7 as uuidv7 } from "uuid";
import type { RequestRow } from "../../schemas/wire/live.ts";
import type { Plan } from "../../schemas/wire/plan.ts";
import type { RequestBody } from "../../schemas/wire/request.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context, Scope } from "../context.ts";
import { Fault } from "../fault.ts";
import { limitsOf } from "../ingest/outside-limits.ts";
import { demand } from "../people/permit.ts";
import { insertSteps } from "../store/postgres/requests-steps.ts";
import {
  insertRequest,
  requestById,
  requestByIdempotencyKey,
  requestUnderWay,
  type StoredRequest,
} from "../store/postgres/requests.ts";
import type { Asking } from "../store/postgres.ts";
import { NEEDED } from "./planning/approvals.ts";
import type { Wish } from "./planning/world.ts";
import { planned, refuseStopped } from "./plan-request.ts";
import { requestRow } from "./request-rows.ts";
import { stepRows } from "./request-steps.ts";
import { requesterOf } from "./requester.ts";
import { standingNow } from "./standing.ts";

export interface AskedWith {
  /** The same key of the same actor never makes a second request. */
  idempotencyKey: string | null;
  /** The schedule it comes from. */
  schedule?: string;
}

export interface Answered {
  request: RequestRow;
  /** The same was under way already, and is what is answered. */
  adopted: boolean;
}

/** Acts that need a right of their own. */
const OWN: Partial<Record<RequestBody["act"], Scope>> = {
  freeze: "request:freeze",
  unfreeze: "request:freeze",
  rebuild: "request:execute",
  recollect: "request:execute",
};

/**
 * Asks for something: plans it, keeps the plan with its steps, and sets it going unless others have to agree first. While
 * the same load is under way it is answered instead, so that clicking twice runs once.
 */
export async function askRequest(ctx: Context, actor: Actor, body: RequestBody, how: AskedWith): Promise<Answered> {
  demand(actor, OWN[body.act] ?? "request:create");
  if (body.items) {
    demand(actor, "quarantine:resubmit");
    // Whoever carries it out later knows nothing of a key's limits.
    if (limitsOf(actor)) throw new Fault("not-permitted", "A limited key resubmits at /api/v1/quarantine, one by one.");
  }
  const before = await known(ctx.postgres, actor, body, how);
  if (before) return before;
  const { wish, plan } = await planned(ctx, actor, body);
  if (body.digest && body.digest !== plan.digest) {
    throw new Fault("conflict", "The plan has changed since it was looked at. Look at it again.", {
      digest: plan.digest,
    });
  }
  refuseStopped(plan);
  const standing = JSON.stringify(await standingNow(ctx, plan.touches));
  const requester = await requesterOf(ctx.postgres, actor);
  const answer = await ctx.postgres.transaction((tx) =>
    insertOrAdopt(ctx, tx, actor, { body, wish, plan, standing, requester, ...how }),
  );
  for (const topic of ["requests", "flows"] as const) ctx.touch(topic);
  return answer;
}

interface Inserting extends AskedWith {
  body: RequestBody;
  wish: Wish;
  plan: Plan;
  standing: string;
  requester: string;
}

async function insertOrAdopt(ctx: Context, tx: Asking, actor: Actor, given: Inserting): Promise<Answered> {
  const { body, wish, plan, idempotencyKey, schedule, standing, requester } = given;
  const at = ctx.clock.now();
  const needed = NEEDED[plan.approval.approvals];
  const expiresAt = new Date(at.getTime() + plan.approval.expiresHours * 3_600_000).toISOString();
  const [made] = await tx.ask(insertRequest, {
    ...{ id: uuidv7(), act: plan.act, title: plan.title, class: plan.class, ...placeOf(body, plan) },
    ...{ entities: plan.touches.entities, reason: body.reason, state: needed > 0 ? "waiting" : "requested" },
    ...{ requestedById: actor.id, requestedBy: actor.name, requester, at: at.toISOString(), idempotencyKey },
    ...{ wish: JSON.stringify(wish), plan: JSON.stringify(plan), digest: plan.digest, policy: plan.approval.policy },
    approvalsNeeded: needed,
    approverRole: plan.approval.approvals === "controller" ? "controller" : null,
    expiresAt: needed > 0 ? expiresAt : null,
    schedule: schedule ?? null,
    stepsTotal: plan.steps.length,
    before: standing,
  });
  if (!made) return { request: await rowOf(tx, await existing(tx, actor, given)), adopted: true };
  await tx.ask(insertSteps, { requestId: made.id, at: at.toISOString(), steps: stepRows(made.id, plan) });
  if (needed === 0) await ctx.enqueue("request.advance", { id: made.id }, { key: made.id, tx });
  const { flow, entity, period, dataset, reason } = made;
  const named = { act: made.act, flow, entity, period, dataset, reason };
  await record(tx, {
    ...{ at, actor, action: "request.create", subject: `request:${made.id}` },
    detail: {
      ...named,
      title: made.title,
      steps: plan.steps.length,
      digest: plan.digest,
      approvals: plan.approval.approvals,
    },
  });
  return { request: await rowOf(tx, made), adopted: false };
}

/** What a request is about, where that is one of a kind. */
function placeOf(body: RequestBody, { touches }: Plan) {
  const one = (values: readonly string[]) => (values.length === 1 ? values[0]! : null);
  return {
    flow: body.flow ?? one(touches.flows),
    // The board of all entities is asked for by each of them.
    entity: body.entity ?? one(touches.entities),
    period: body.period ?? one(touches.periods),
    dataset: body.dataset ?? null,
  };
}

async function rowOf(tx: Asking, { id }: StoredRequest): Promise<RequestRow> {
  const [row] = await tx.ask(requestById, { id });
  return requestRow(row!);
}

/** The request this key made before, or the same load under way; looked up before anything is planned. */
async function known(store: Asking, actor: Actor, body: RequestBody, how: AskedWith): Promise<Answered | null> {
  if (how.idempotencyKey === null) return null;
  const [before] = await store.ask(requestByIdempotencyKey, {
    requestedById: actor.id,
    idempotencyKey: how.idempotencyKey,
  });
  if (!before) return null;
  refuseAnother(before, body);
  return { request: await rowOf(store, before), adopted: true };
}

function refuseAnother(before: StoredRequest, body: RequestBody): void {
  const differs = (["flow", "entity", "period", "dataset"] as const).some(
    (name) => body[name] !== undefined && body[name] !== before[name],
  );
  if (!differs && before.act === body.act) return;
  throw new Fault("conflict", "This idempotency key was used for another request.", { request: before.id });
}

/** What stood in the way of inserting: the same key before, or the same load under way. */
async function existing(tx: Asking, actor: Actor, { body, plan, idempotencyKey }: Inserting): Promise<StoredRequest> {
  if (idempotencyKey !== null) {
    const [before] = await tx.ask(requestByIdempotencyKey, { requestedById: actor.id, idempotencyKey });
    if (before) {
      refuseAnother(before, body);
      return before;
    }
  }
  const { flow, entity, period, dataset } = placeOf(body, plan);
  const place = { flow: flow ?? "", entity: entity ?? "", period: period ?? "", dataset: dataset ?? "" };
  const [underWay] = await tx.ask(requestUnderWay, place);
  if (underWay) return underWay;
  throw new Fault("conflict", "The same request ended this very moment. Look at its outcome, then ask again.");
}
