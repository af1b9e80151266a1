import type { SignoffRow, SignoffState, SignoffStep } from "../../schemas/wire/signoff.ts";
import { record } from "../audit/record.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { insertSignature, moveSignoff, signoffById, type StoredSignoff } from "../store/postgres/signoffs.ts";
import type { Asking } from "../store/postgres.ts";
import { lookAt, refuseBlocked, signedMilestone, type Closing, type Look } from "./look-at.ts";
import type { Signer } from "./signer.ts";
import { signerOf } from "./signer.ts";
import { signoffRow } from "./signoff-rows.ts";
import { suspendSignoffs } from "./suspend-signoffs.ts";

export interface Countersigning {
  id: string;
  /** The digest the person saw; what changed since they looked is not signed unseen. */
  digest: string;
  statement: string;
}

interface Step {
  step: Exclude<SignoffStep, "prepare">;
  from: SignoffState;
  to: SignoffState;
  /** Refuses a signer for reasons of this step's own. */
  check?(signer: Signer, look: Look, stored: StoredSignoff): Promise<void> | void;
}

const DONE: Record<SignoffStep, string> = { prepare: "prepared", review: "reviewed", certify: "certified" };

/** Puts the next signature under a sign-off that stands unchanged, by somebody who has not signed it yet. */
export async function countersign(
  closing: Closing,
  actor: Actor,
  asked: Countersigning,
  { step, from, to, check }: Step,
): Promise<SignoffRow> {
  const { ctx } = closing;
  const person = await signerOf(ctx.postgres, actor);
  const before = await standing(ctx.postgres, asked.id);
  const look = await lookAt(closing, actor, before);
  refuseSecondSignature(before, person);
  if (before.state !== from) throw new Fault("conflict", waitsText(before));
  if (look.cell.signoff?.state === "suspended") {
    await suspendSignoffs(closing, [before]);
    throw new Fault("conflict", "What was signed has changed since. It is suspended and must be prepared again.");
  }
  if (asked.digest !== before.digest)
    throw new Fault("conflict", "This is not the sign-off you looked at. Look again, then sign.", {
      pointer: "/digest",
    });
  refuseBlocked(look, signedMilestone(look));
  await check?.(person, look, before);
  const at = ctx.clock.now();
  const row = await ctx.postgres.transaction(async (tx) => {
    const [moved] = await tx.ask(moveSignoff, { id: before.id, from, to, at: at.toISOString() });
    if (!moved) throw new Fault("conflict", waitsText(await standing(tx, before.id)));
    const { signer, id: personId, name: personName, role } = person;
    const signature = { signer, personId, personName, role, statement: asked.statement, at: at.toISOString() };
    const [signed] = await tx.ask(insertSignature, { signoffId: before.id, step, ...signature });
    if (!signed) throw new Fault("not-permitted", `${person.name} has signed this already.`);
    const after = await standing(tx, before.id);
    const { entity, period, milestone, round, digest } = after;
    await record(tx, {
      at,
      actor,
      action: `signoff.${step}`,
      subject: `signoff:${before.id}`,
      detail: { entity, period, milestone, round, digest, statement: asked.statement },
    });
    return signoffRow(after);
  });
  ctx.touch("signoffs");
  ctx.touch("close");
  return row;
}

async function standing(store: Asking, id: string): Promise<StoredSignoff> {
  const [stored] = await store.ask(signoffById, { id });
  if (!stored) throw new Fault("not-found", "There is no such sign-off.");
  return stored;
}

/** Nobody signs two steps, through whichever of their accounts. */
function refuseSecondSignature(stored: StoredSignoff, person: Signer): void {
  const own = stored.signatures.find(({ signer, personId }) => signer === person.signer || personId === person.id);
  if (!own) return;
  throw new Fault("not-permitted", `${own.personName} ${DONE[own.step]} this; another person must take the next step.`);
}

function waitsText(stored: StoredSignoff): string {
  const { next, state } = signoffRow(stored);
  return next === null ? `This sign-off is ${state}.` : `This sign-off waits for the step: ${next}.`;
}
