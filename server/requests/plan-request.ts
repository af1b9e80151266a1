import type { Plan } from "../../schemas/wire/plan.ts";
import type { RequestBody } from "../../schemas/wire/request.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { demand } from "../people/permit.ts";
import { makePlan } from "./planning/make-plan.ts";
import type { Wish } from "./planning/world.ts";
import { planningWorld } from "./planning-world.ts";
import { readWish } from "./read-wish.ts";

/** A dry run: what a request would do, without doing or keeping anything. */
export async function planRequest(ctx: Context, actor: Actor, body: RequestBody): Promise<Plan> {
  demand(actor, "request:create");
  return (await planned(ctx, actor, body)).plan;
}

/** The plan of a wish with the wish spelled out. Entities a run leads to are held against the actor's scope. */
export async function planned(ctx: Context, actor: Actor, body: RequestBody): Promise<{ wish: Wish; plan: Plan }> {
  const wish = readWish(ctx, actor, body);
  const plan = await planAgain(ctx, wish);
  const beyond = plan.steps.find(({ entity }) => entity !== null && !inScope(actor, entity));
  if (beyond) {
    throw new Fault("not-permitted", `${beyond.entity} is not among the entities of ${actor.name}.`);
  }
  return { wish, plan };
}

/** Plans a wish in the world as it is now. */
export async function planAgain(ctx: Context, wish: Wish): Promise<Plan> {
  return makePlan(await planningWorld(ctx, wish), wish);
}

/** @throws {Fault} `conflict` with what stops a plan, where something does */
export function refuseStopped({ findings }: Plan): void {
  const stops = findings.filter(({ weight }) => weight === "stop");
  if (stops.length === 0) return;
  const text = stops.map((stop) => stop.text).join(" ");
  throw new Fault("conflict", text, { findings: stops });
}
