import type { Waiver } from "../../schemas/wire/signoff.ts";
import { record } from "../audit/record.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { demand } from "../people/permit.ts";
import { endWaiver, waiverById } from "../store/postgres/waivers.ts";
import type { Closing } from "./look-at.ts";
import { signerOf } from "./signer.ts";
import { waiverRow } from "./waiver-rows.ts";

/** Takes a waiver back before its time; what rested on it is judged again. */
export async function withdrawWaiver(
  { ctx }: Closing,
  actor: Actor,
  asked: { id: string; reason: string },
): Promise<Waiver> {
  demand(actor, "waiver:grant");
  const person = await signerOf(ctx.postgres, actor);
  const at = ctx.clock.now();
  const row = await ctx.postgres.transaction(async (tx) => {
    const [before] = await tx.ask(waiverById, { id: asked.id });
    if (!before || !inScope(actor, before.entity)) throw new Fault("not-found", "There is no such waiver.");
    const ending = { id: asked.id, to: "withdrawn" as const, at: at.toISOString(), by: person.name };
    const [ended] = await tx.ask(endWaiver, { ...ending, reason: asked.reason });
    if (!ended) throw new Fault("conflict", "This waiver has ended already.");
    const { entity, period, milestone, waives } = ended;
    await record(tx, {
      at,
      actor,
      action: "waiver.withdraw",
      subject: `waiver:${asked.id}`,
      detail: { entity, period, milestone, waives, reason: asked.reason },
    });
    return waiverRow(ended);
  });
  ctx.touch("close");
  return row;
}
