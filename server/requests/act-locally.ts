import type { Actor, Context } from "../context.ts";
import { calendarsOf } from "../close/calendars.ts";
import { lineOf } from "../close/entity-lines.ts";
import { Fault } from "../fault.ts";
import type { StoredRequest } from "../store/postgres/requests.ts";
import { insertFreeze, liftFreezes } from "../store/postgres/requests-freezes.ts";
import type { StoredStep } from "../store/postgres/requests-steps.ts";
import { isAway } from "../store/engine-away.ts";
import type { Move } from "./step-moves.ts";

/** Seconds after which it is tried again where an engine was away. */
const AGAIN = 5;

type Done = { outcome: string } | { failed: string } | { asking: string };

/** Does a step that drives no system. Each may be done twice: a process may die between the act and its being kept. */
export async function actLocally(ctx: Context, request: StoredRequest, step: StoredStep): Promise<Move> {
  const from = ["claimed"] as const;
  try {
    const done = await act(ctx, request, step);
    if ("asking" in done) return { step: step.step, from, state: "asking", outcome: done.asking };
    if ("failed" in done) return { step: step.step, from, state: "failed", fault: "failed", outcome: done.failed };
    return { step: step.step, from, state: "done", outcome: done.outcome, fault: null };
  } catch (error) {
    if (isAway(error))
      return { step: step.step, from, state: "waiting", outcome: messageOf(error), wait_seconds: AGAIN };
    const refused = error instanceof Fault;
    if (!refused) ctx.log.error({ err: error, request: request.id, step: step.step }, "a step failed");
    const fault = refused ? "refused" : "failed";
    return { step: step.step, from, state: "failed", fault, outcome: messageOf(error) };
  }
}

async function act(ctx: Context, request: StoredRequest, step: StoredStep): Promise<Done> {
  const { settings } = step.details;
  switch (step.kind) {
    case "resubmit": {
      const accepted = await ctx.again.resubmit(asker(request), {
        id: settings.item!,
        text: settings.text ?? null,
        reason: request.reason,
      });
      return { outcome: accepted };
    }
    case "recollect": {
      const events = await ctx.again.recollect(step.system ?? settings.system ?? "", settings.from ?? "");
      return {
        outcome: `${events} ${events === 1 ? "event" : "events"} read; what was known already changes nothing.`,
      };
    }
    case "rebuild": {
      const events = await ctx.again.rebuild();
      return { outcome: `${events} raw events derived again.` };
    }
    case "freeze":
      return freeze(ctx, request, step);
    case "unfreeze": {
      const asked = { id: settings.freeze ?? null, flow: settings.flow ?? null };
      const lifted = await ctx.postgres.ask(liftFreezes, {
        ...asked,
        at: ctx.clock.now().toISOString(),
        by: request.requestedBy,
      });
      ctx.touch("desk");
      await ctx.enqueue("request.resume", {});
      return {
        outcome: lifted.length === 0 ? "No freeze was in force." : `Lifted: ${lifted.map((f) => f.title).join(", ")}.`,
      };
    }
    case "check":
      return check(ctx, step);
    default:
      return { asking: "Waits for a person to confirm it." };
  }
}

async function freeze(ctx: Context, request: StoredRequest, step: StoredStep): Promise<Done> {
  const { scope = "everything", flows = "", until = null } = step.details.settings;
  const kept = scope === "budget" || scope === "flow" ? scope : "everything";
  await ctx.postgres.ask(insertFreeze, {
    ...{ id: step.idempotencyKey, title: request.title, scope: kept, reason: request.reason },
    flows: flows === "" ? [] : flows.split(","),
    by: request.requestedBy,
    fromAt: ctx.clock.now().toISOString(),
    untilAt: until,
    requestId: request.id,
  });
  ctx.touch("desk");
  return { outcome: until ? `In force until ${until}.` : "In force until it is lifted." };
}

/** Looks whether a reconciliation ties now; anything else is for a person to decide. */
async function check(ctx: Context, step: StoredStep): Promise<Done> {
  const { estate, facts } = ctx;
  const { entity, period } = step;
  const reconciliation = step.details.settings.reconciliation;
  if (!entity || !period || !reconciliation)
    return { asking: "There is nothing to check it against; look, then confirm." };
  await ctx.again.check({ period, entities: [entity], rule: reconciliation });
  const line = lineOf({
    estate,
    facts,
    calendars: calendarsOf(estate),
    now: ctx.clock.now(),
    period,
    entity,
    reconciliation,
  });
  if (line.state === "tied") return { outcome: "It ties." };
  const off = line.firstOff === null ? null : line.hops[line.firstOff];
  return {
    asking: off ? `It does not tie at ${off.title}: ${off.why}` : "It is not known to tie yet; look, then confirm.",
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whoever asked, as quarantine records them. */
function asker(request: StoredRequest): Actor {
  const { requestedById: id, requestedBy: name } = request;
  return { kind: "rule", id, name, role: null, entities: "all", scopes: ["quarantine:resubmit"] };
}
