import type { LegalHold } from "../../schemas/wire/audit.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { demand } from "../people/permit.ts";
import { releaseLegalHold } from "../store/postgres/legal-holds.ts";
import { record } from "./record.ts";

/** Ends a hold: what it kept may be dropped when its time is over. */
export async function releaseHold(
  ctx: Pick<Context, "postgres" | "clock">,
  actor: Actor,
  { id, reason }: { id: string; reason: string },
): Promise<LegalHold> {
  demand(actor, "hold:manage");
  const at = ctx.clock.now();
  return ctx.postgres.transaction(async (tx) => {
    const asked = { id, releasedBy: actor.name, releasedAt: at.toISOString(), reason };
    const [hold] = await tx.ask(releaseLegalHold, asked);
    if (!hold) throw new Fault("not-found", "There is no such hold in force.");
    if (actor.entities !== "all" && (hold.entity === null || !inScope(actor, hold.entity))) {
      throw new Fault("not-permitted", "This hold reaches beyond the entities in your scope.");
    }
    const { title, entity } = hold;
    await record(tx, { at, actor, action: "hold.release", subject: `hold:${id}`, detail: { title, entity, reason } });
    return hold;
  });
}
