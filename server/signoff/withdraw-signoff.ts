import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import { record } from "../audit/record.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { endSignoff, signoffById } from "../store/postgres/signoffs.ts";
import type { Closing } from "./look-at.ts";
import { signerOf } from "./signer.ts";
import { signoffRow } from "./signoff-rows.ts";

/** Takes a sign-off back, with a reason: whoever signed it may, and whoever may certify. It stays to be seen. */
export async function withdrawSignoff(
  { ctx }: Closing,
  actor: Actor,
  asked: { id: string; reason: string },
): Promise<SignoffRow> {
  const person = await signerOf(ctx.postgres, actor);
  const at = ctx.clock.now();
  const row = await ctx.postgres.transaction(async (tx) => {
    const [before] = await tx.ask(signoffById, { id: asked.id });
    if (!before || !inScope(actor, before.entity)) throw new Fault("not-found", "There is no such sign-off.");
    const signed = before.signatures.some(({ signer }) => signer === person.signer);
    if (!signed && !actor.scopes.includes("signoff:certify"))
      throw new Fault("not-permitted", "Only who signed it, or may certify, takes a sign-off back.");
    const ending = { id: asked.id, to: "withdrawn" as const, at: at.toISOString(), reason: asked.reason };
    const [ended] = await tx.ask(endSignoff, { ...ending, changes: "[]", moreChanges: 0 });
    if (!ended) throw new Fault("conflict", `This sign-off is ${before.state} and cannot be taken back.`);
    const [after] = await tx.ask(signoffById, { id: asked.id });
    const { entity, period, milestone, round, digest } = after!;
    await record(tx, {
      at,
      actor,
      action: "signoff.withdraw",
      subject: `signoff:${asked.id}`,
      detail: { entity, period, milestone, round, digest, from: before.state, reason: asked.reason },
    });
    return signoffRow(after!);
  });
  ctx.touch("signoffs");
  ctx.touch("close");
  return row;
}
