import type { RequestRow } from "../../schemas/wire/live.ts";
import { record } from "../audit/record.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { ROLE_SCOPES } from "../people/permissions.ts";
import { demand } from "../people/permit.ts";
import type { Signer } from "../signoff/signer.ts";
import { approvalsOf, insertApproval } from "../store/postgres/requests-approvals.ts";
import {
  approveRequest,
  lockRequest,
  moveRequest,
  requestById,
  type StoredRequest,
} from "../store/postgres/requests.ts";
import type { Asking } from "../store/postgres.ts";
import { authorityOf, type Authority } from "./authority.ts";
import { planAgain } from "./plan-request.ts";
import type { Wish } from "./planning/world.ts";
import { requestRow } from "./request-rows.ts";
import { deciderOf, isRequester } from "./requester.ts";

export interface Decision {
  id: string;
  /** The digest of the plan that was looked at. */
  digest: string;
  statement: string;
}

/**
 * Agrees to a request, in one's own right or in the place of somebody absent: never to one's own, through whichever account
 * or chain of delegations, and to no other plan than the one that was looked at. The last agreement it needs sets it going.
 */
export async function approve(ctx: Context, actor: Actor, decision: Decision): Promise<RequestRow> {
  const { person, request, authority } = await deciding(ctx, actor, decision);
  const now = await planAgain(ctx, JSON.parse(request.wish) as Wish);
  if (now.digest !== request.digest) {
    throw new Fault(
      "conflict",
      "What would be done has changed since it was asked for. Ask again for what is there now.",
      {
        digest: now.digest,
      },
    );
  }
  return decide(ctx, actor, decision, { person, authority }, "approve");
}

/** Refuses a request; it ends. */
export async function reject(ctx: Context, actor: Actor, decision: Decision): Promise<RequestRow> {
  const { person, authority } = await deciding(ctx, actor, decision);
  return decide(ctx, actor, decision, { person, authority }, "reject");
}

/**
 * Carries a request out without the agreement it needs, in an emergency: with a reason, in the log, and as an exception of
 * the control class in its own runs, so that somebody has to review it.
 */
export async function breakGlass(ctx: Context, actor: Actor, decision: Decision): Promise<RequestRow> {
  demand(actor, "request:break-glass");
  const person = await deciderOf(ctx.postgres, actor);
  await waiting(ctx.postgres, actor, decision);
  if (decision.statement.trim().length < 10) {
    throw new Fault("invalid-input", "Say why it cannot wait for agreement, in a sentence.", { pointer: "/statement" });
  }
  return decide(ctx, actor, decision, { person, authority: { role: person.role, chain: [] } }, "break-glass");
}

async function deciding(ctx: Context, actor: Actor, decision: Decision) {
  const person = await deciderOf(ctx.postgres, actor);
  const request = await waiting(ctx.postgres, actor, decision);
  if (isRequester(person, request)) {
    throw new Fault("not-permitted", `${request.requestedBy} asked for this; somebody else has to agree.`);
  }
  const may = (role: Signer["role"]) => ROLE_SCOPES[role].includes("request:approve") && fits(request, role);
  const authority = await authorityOf(ctx.postgres, ctx.clock.now(), person, request, may);
  return { person, request, authority };
}

function fits({ approverRole }: StoredRequest, role: string): boolean {
  return approverRole === null || approverRole === role;
}

async function waiting(store: Asking, actor: Actor, { id, digest }: Decision): Promise<StoredRequest> {
  const [request] = await store.ask(requestById, { id });
  if (!request || !request.entities.every((entity) => inScope(actor, entity))) {
    throw new Fault("not-found", "There is no such request.");
  }
  if (request.state !== "waiting")
    throw new Fault("conflict", `This request is ${request.state}; it waits for nobody.`);
  if (request.digest !== digest) {
    throw new Fault("conflict", "This is not the plan you looked at. Look again, then decide.", { pointer: "/digest" });
  }
  return request;
}

async function decide(
  ctx: Context,
  actor: Actor,
  { id, digest, statement }: Decision,
  { person, authority }: { person: Signer; authority: Authority },
  as: "approve" | "reject" | "break-glass",
): Promise<RequestRow> {
  const at = ctx.clock.now();
  const row = await ctx.postgres.transaction(async (tx) => {
    const [request] = await tx.ask(lockRequest, { id });
    if (request?.state !== "waiting") throw new Fault("conflict", "Somebody else decided this very moment.");
    if (request.expiresAt && request.expiresAt <= at.toISOString()) {
      throw new Fault("conflict", "The time to agree to it has run out. It has to be asked for again.");
    }
    const given = {
      requestId: id,
      personId: person.id,
      signer: person.signer,
      name: person.name,
      role: authority.role,
    };
    const onBehalfOf = authority.chain;
    const [kept] = await tx.ask(insertApproval, {
      ...given,
      ...{ onBehalfOf, decision: as, statement, digest, at: at.toISOString() },
    });
    if (!kept) throw new Fault("not-permitted", `${person.name} has decided on this already.`);
    const approvals = (await tx.ask(approvalsOf, { requestId: id })).filter(({ decision }) => decision === "approve");
    if (as === "reject") {
      const outcome = `${person.name} did not agree: ${statement}`;
      await tx.ask(moveRequest, { id, from: ["waiting"], to: "rejected", at: at.toISOString(), outcome });
    } else if (as === "break-glass" || approvals.length >= request.approvalsNeeded) {
      await tx.ask(approveRequest, {
        ...{ id, at: at.toISOString(), expiresAt: request.expiresAt, brokenGlass: as === "break-glass" },
      });
      await ctx.enqueue("request.advance", { id }, { tx });
    }
    const detail = { digest, statement, onBehalfOf, control: as === "break-glass" ? "exception" : undefined };
    await record(tx, { at, actor, action: `request.${as}`, subject: `request:${id}`, detail });
    const [after] = await tx.ask(requestById, { id });
    return requestRow(after!);
  });
  for (const topic of ["requests", "request"] as const) ctx.touch(topic);
  return row;
}
