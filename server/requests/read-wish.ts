import type { RequestBody } from "../../schemas/wire/request.ts";
import { serves } from "../checks/estate-index.ts";
import { calendarsOf } from "../close/calendars.ts";
import { periodInView } from "../close/period-in-view.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { runbookGuides } from "../runbooks/runbook-guides.ts";
import type { Wish } from "./planning/world.ts";

/**
 * Spells a wish's window out and refuses what leads nowhere, naming the part of it.
 * @throws {Fault} `invalid-input` where an act lacks what it needs, `not-found` for what the estate does not have,
 *   `not-permitted` for entities out of the actor's scope
 */
export function readWish(ctx: Context, actor: Actor, body: RequestBody): Wish {
  const { estate } = ctx;
  const flow = body.flow ? estate.flows.find(({ id }) => id === body.flow) : undefined;
  if (body.flow && !flow) throw new Fault("not-found", `The estate has no flow ${body.flow}.`, { pointer: "/flow" });
  needs(body);
  const entities = entitiesOf(ctx, actor, body, flow);
  const periods = periodsOf(ctx, body);
  for (const [name, dataset] of [
    ["dataset", body.dataset],
    ["through", body.through],
  ] as const) {
    const hop = flow?.hops.find((each) => each.dataset === dataset);
    if (dataset && !hop) {
      throw new Fault("not-found", `${flow?.title ?? "The request"} has no hop ${dataset}.`, { pointer: `/${name}` });
    }
    if (name === "dataset" && hop && !hop.rerun && body.act === "sync") {
      throw new Fault("conflict", `${hop.title} offers no way to run its load again.`, { pointer: "/dataset" });
    }
  }
  if (body.system && !estate.systems.some(({ id }) => id === body.system)) {
    throw new Fault("not-found", `The estate has no system ${body.system}.`, { pointer: "/system" });
  }
  if (body.runbook && !runbookGuides(estate).has(body.runbook)) {
    throw new Fault("not-found", `The estate has no runbook ${body.runbook}.`, { pointer: "/runbook" });
  }
  const { digest: _digest, entity: _entity, period: _period, ...asked } = body;
  return { ...asked, entities, periods };
}

const NEEDS: Partial<Record<RequestBody["act"], readonly (readonly (keyof RequestBody)[])[]>> = {
  sync: [["flow"]],
  recollect: [["system"], ["from"]],
  runbook: [["runbook"]],
};

function needs(body: RequestBody): void {
  for (const alternatives of NEEDS[body.act] ?? []) {
    if (alternatives.some((name) => body[name] !== undefined)) continue;
    const [name = ""] = alternatives;
    throw new Fault("invalid-input", `A ${body.act} needs ${alternatives.join(" or ")}.`, { pointer: `/${name}` });
  }
  if (body.scope === "flow" && !body.flow) {
    throw new Fault("invalid-input", "A freeze of a flow needs flow.", { pointer: "/flow" });
  }
}

type Flow = Context["estate"]["flows"][number];

function entitiesOf({ estate }: Context, actor: Actor, body: RequestBody, flow: Flow | undefined): string[] {
  const named = body.entities ?? (body.entity ? [body.entity] : null);
  const served = estate.entities.map(({ id }) => id).filter((id) => !flow || serves(flow, id));
  if (!named) {
    const figures = body.act === "sync" || body.act === "replay" || body.act === "resubmit" || body.act === "runbook";
    if (!figures || body.runs || body.items) return [];
    if (actor.entities === "all") return served;
    return served.filter((id) => inScope(actor, id));
  }
  for (const [at, id] of named.entries()) {
    const pointer = body.entities ? `/entities/${at}` : "/entity";
    if (!served.includes(id)) {
      throw new Fault("not-found", `${flow?.title ?? "The estate"} has no entity ${id}.`, { pointer });
    }
    if (!inScope(actor, id)) {
      throw new Fault("not-permitted", `${id} is not among the entities of ${actor.name}.`, { pointer });
    }
  }
  return [...new Set(named)];
}

function periodsOf({ estate, clock }: Context, body: RequestBody): string[] {
  const calendars = calendarsOf(estate);
  const named = body.periods ?? (body.period ? [body.period] : null);
  for (const [at, period] of (named ?? []).entries()) {
    if (calendars.period(period)) continue;
    const pointer = body.periods ? `/periods/${at}` : "/period";
    throw new Fault("not-found", `The estate has no period ${period}.`, { pointer });
  }
  if (named) return [...new Set(named)];
  const figures = ["sync", "replay", "resubmit", "runbook"].includes(body.act);
  return figures && !body.runs && !body.items ? [periodInView(calendars, clock.now()).period] : [];
}
