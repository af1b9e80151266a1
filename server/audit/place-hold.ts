import { v7 as uuidv7 } from "uuid";
import type { LegalHold } from "../../schemas/wire/audit.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { demand } from "../people/permit.ts";
import { insertLegalHold } from "../store/postgres/legal-holds.ts";
import { record } from "./record.ts";

export type HoldAsked = Pick<LegalHold, "title" | "reason" | "period" | "entity" | "flow">;

/** Keeps what a period, an entity or a flow rests on from being dropped, until it is released. */
export async function placeHold(
  ctx: Pick<Context, "postgres" | "clock" | "estate">,
  actor: Actor,
  asked: HoldAsked,
): Promise<LegalHold> {
  demand(actor, "hold:manage");
  const { title, reason, period, entity, flow } = asked;
  if (entity !== null && !ctx.estate.entities.some(({ id }) => id === entity)) {
    throw new Fault("invalid-input", `There is no entity ${entity}.`, { pointer: "/entity" });
  }
  if (flow !== null && !ctx.estate.flows.some(({ id }) => id === flow)) {
    throw new Fault("invalid-input", `There is no flow ${flow}.`, { pointer: "/flow" });
  }
  if (actor.entities !== "all" && (entity === null || !inScope(actor, entity))) {
    throw new Fault("not-permitted", "A hold may name an entity in your scope only.");
  }
  const at = ctx.clock.now();
  const placed = { id: uuidv7(), title, reason, period, entity, flow };
  return ctx.postgres.transaction(async (tx) => {
    const [hold] = await tx.ask(insertLegalHold, { ...placed, placedBy: actor.name, placedAt: at.toISOString() });
    const detail = { title, reason, period, entity, flow };
    await record(tx, { at, actor, action: "hold.place", subject: `hold:${placed.id}`, detail });
    return hold!;
  });
}
