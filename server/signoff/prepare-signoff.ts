import { v7 as uuidv7 } from "uuid";
import type { SignoffRow } from "../../schemas/wire/signoff.ts";
import { record } from "../audit/record.ts";
import { canonicalText, signedNow } from "../close/signoff-content.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { demand } from "../people/permit.ts";
import { insertSignature, insertSignoff, signoffById } from "../store/postgres/signoffs.ts";
import { lookAt, refuseBlocked, signedMilestone, type Closing, type CloseTarget } from "./look-at.ts";
import { signerOf } from "./signer.ts";
import { signoffRow } from "./signoff-rows.ts";

/**
 * Begins a sign-off: binds everything the figures rest on as it stands now, under the preparer's signature. Refused while
 * a gate it waits for is open, and while one stands already.
 */
export async function prepareSignoff(
  closing: Closing,
  actor: Actor,
  asked: CloseTarget & { statement: string },
): Promise<SignoffRow> {
  const { ctx } = closing;
  demand(actor, "signoff:prepare");
  const person = await signerOf(ctx.postgres, actor);
  const look = await lookAt(closing, actor, asked);
  const milestone = signedMilestone(look);
  refuseBlocked(look, milestone);
  const { entity, period } = look;
  const waivers = look.judgement.waived;
  const signed = signedNow(look.judging, look.judging.decisions, { entity, period, milestone }, waivers);
  const at = ctx.clock.now();
  const row = await ctx.postgres.transaction(async (tx) => {
    const place = { entity: entity.id, period: period.period, milestone: milestone.id, close: milestone.gate.close };
    const [made] = await tx.ask(insertSignoff, {
      id: uuidv7(),
      ...place,
      title: milestone.title,
      digest: signed.digest,
      content: canonicalText(signed.content),
      waivers: [...waivers],
      at: at.toISOString(),
    });
    if (!made) throw new Fault("conflict", `A sign-off of ${milestone.title} for ${entity.id} stands already.`);
    const { signer, id: personId, name: personName, role } = person;
    const signature = { signer, personId, personName, role, statement: asked.statement, at: at.toISOString() };
    await tx.ask(insertSignature, { signoffId: made.id, step: "prepare", ...signature });
    const [stored] = await tx.ask(signoffById, { id: made.id });
    await record(tx, {
      at,
      actor,
      action: "signoff.prepare",
      subject: `signoff:${made.id}`,
      detail: { ...place, round: made.round, digest: signed.digest, waivers, statement: asked.statement },
    });
    return signoffRow(stored!);
  });
  ctx.touch("signoffs");
  ctx.touch("close");
  return row;
}
