import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { Role } from "../../schemas/estate/role.ts";
import { Instant } from "../../schemas/instant.ts";
import { RequestRow } from "../../schemas/wire/live.ts";
import { DelegationRow, DeskRow } from "../../schemas/wire/request.ts";
import type { Actor, Context } from "../context.ts";
import type { Permit } from "../people/permit.ts";
import { approve, breakGlass, reject, type Decision } from "../requests/approve-request.ts";
import { cancelRequest, pauseRequest, resumeRequest } from "../requests/change-request.ts";
import { delegate, endDelegationOf, standInsFor } from "../requests/delegate.ts";
import { deskRows } from "../requests/desk-rows.ts";
import { confirmStep, discardStep, redriveStep, skipStep } from "../requests/mend-step.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Reason = z.strictObject({ reason: z.string().trim().min(1).max(500) });
const Decided = z.strictObject({ digest: z.string().length(64), statement: z.string().trim().max(1000).default("") });
const Redriven = Reason.extend({ parameters: z.record(z.string(), z.string()).optional() });
const Delegated = z.strictObject({
  to: z.string().min(1),
  fromAt: Instant,
  untilAt: Instant,
  reason: z.string().trim().min(1).max(500),
});

type Decide = (ctx: Context, actor: Actor, decision: Decision) => Promise<RequestRow>;
type Change = (ctx: Context, actor: Actor, id: string, reason: string) => Promise<RequestRow>;
type Mend = (ctx: Context, actor: Actor, mending: { id: string; step: string; reason: string }) => Promise<RequestRow>;

const DECISIONS: Record<string, { summary: string; act: Decide }> = {
  approve: { summary: "Agree to a request", act: approve },
  reject: { summary: "Refuse a request", act: reject },
  "break-glass": { summary: "Carry a request out without the agreement it needs", act: breakGlass },
};
const CHANGES: Record<string, { summary: string; act: Change }> = {
  pause: { summary: "Let nothing further of a request begin", act: pauseRequest },
  resume: { summary: "Let a paused request go on", act: resumeRequest },
  cancel: { summary: "Cancel a request, and stop its runs where their systems let them be", act: cancelRequest },
};
const MENDINGS: Record<string, { summary: string; act: Mend }> = {
  skip: { summary: "Pass over a step", act: skipStep },
  confirm: { summary: "Say that a step a person was asked for is done", act: confirmStep },
  discard: { summary: "Give a failed step up", act: discardStep },
};

/** What people do with requests: decide, pause, cancel, mend; and who stands in for whom. */
export function requestActRoutes(deps: { ctx: Context; permit: Permit }): Hono {
  const { ctx, permit } = deps;
  const app = new Hono();
  for (const [verb, { summary, act }] of Object.entries(DECISIONS)) {
    app.post(
      `/api/v1/requests/:id/${verb}`,
      described({ tag: "Requests", summary, answers: RequestRow }),
      permit("request:read"),
      validator("json", Decided, expected('{"digest", "statement"}')),
      async (c) => c.json(await act(ctx, c.get("actor"), { id: c.req.param("id"), ...c.req.valid("json") })),
    );
  }
  for (const [verb, { summary, act }] of Object.entries(CHANGES)) {
    app.post(
      `/api/v1/requests/:id/${verb}`,
      described({ tag: "Requests", summary, answers: RequestRow }),
      permit("request:read"),
      validator("json", Reason, expected('{"reason"}')),
      async (c) => c.json(await act(ctx, c.get("actor"), c.req.param("id"), c.req.valid("json").reason)),
    );
  }
  for (const [verb, { summary, act }] of Object.entries(MENDINGS)) {
    app.post(
      `/api/v1/requests/:id/steps/:step/${verb}`,
      described({ tag: "Requests", summary, answers: RequestRow }),
      permit("request:read"),
      validator("json", Reason, expected('{"reason"}')),
      async (c) => c.json(await act(ctx, c.get("actor"), { ...c.req.param(), ...c.req.valid("json") })),
    );
  }
  app.post(
    "/api/v1/requests/:id/steps/:step/redrive",
    described({ tag: "Requests", summary: "Do a failed step again", answers: RequestRow }),
    permit("request:read"),
    validator("json", Redriven, expected('{"reason", "parameters"?}')),
    async (c) => c.json(await redriveStep(ctx, c.get("actor"), { ...c.req.param(), ...c.req.valid("json") })),
  );
  return deskRoutes(app, ctx, permit);
}

function deskRoutes(app: Hono, ctx: Context, permit: Permit): Hono {
  const Desk = z.object({ desk: z.array(DeskRow) });
  app.get(
    "/api/v1/request-desk",
    described({ tag: "Requests", summary: "Freezes, quotas, failed steps, schedules and delegations", answers: Desk }),
    permit("request:read"),
    async (c) => c.json({ desk: Object.values(await deskRows(ctx, c.get("actor").entities)) }),
  );
  const People = z.object({ people: z.array(z.object({ id: z.string(), name: z.string(), role: Role })) });
  app.get(
    "/api/v1/delegations/people",
    described({ tag: "Requests", summary: "Everybody who may agree in one's place", answers: People }),
    permit("request:read"),
    async (c) => c.json({ people: await standInsFor(ctx, c.get("actor")) }),
  );
  app.post(
    "/api/v1/delegations",
    described({ tag: "Requests", summary: "Let somebody agree in one's place", status: 201, answers: DelegationRow }),
    permit("request:read"),
    validator("json", Delegated, expected('{"to", "fromAt", "untilAt", "reason"}')),
    async (c) => c.json(await delegate(ctx, c.get("actor"), c.req.valid("json")), 201),
  );
  app.delete(
    "/api/v1/delegations/:id",
    described({ tag: "Requests", summary: "Take a delegation back", answers: DelegationRow }),
    permit("request:read"),
    async (c) => c.json(await endDelegationOf(ctx, c.get("actor"), c.req.param("id"))),
  );
  return app;
}
