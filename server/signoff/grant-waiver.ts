import { v7 as uuidv7 } from "uuid";
import type { Waiver, WaiverKind } from "../../schemas/wire/signoff.ts";
import { record } from "../audit/record.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { demand } from "../people/permit.ts";
import { insertWaiver } from "../store/postgres/waivers.ts";
import { lookAt, type Closing, type CloseTarget } from "./look-at.ts";
import { signerOf } from "./signer.ts";
import { waiverRow } from "./waiver-rows.ts";

/** No waiver outlives the close it was granted for by much, in days. */
const LONGEST_DAYS = 45;

export interface WaiverAsked extends CloseTarget {
  waives: WaiverKind;
  reason: string;
  /** Until when, by the clock verdicts are judged by. */
  expiresAt: string;
}

/** Lets a milestone's gate or its deadline pass for a time. A signature itself is never waived. */
export async function grantWaiver(closing: Closing, actor: Actor, asked: WaiverAsked): Promise<Waiver> {
  const { ctx } = closing;
  demand(actor, "waiver:grant");
  const person = await signerOf(ctx.postgres, actor);
  const { cell, entity, period, judging } = await lookAt(closing, actor, asked);
  const milestone = judging.estate.close.milestones.find(({ id }) => id === asked.milestone)!;
  const at = ctx.clock.now();
  refuseTerm(asked.expiresAt, at);
  if (asked.waives === "gate") {
    if (milestone.gate.kind === "signoff")
      throw new Fault("conflict", "A signature cannot be waived, only its deadline.", { pointer: "/waives" });
    if (cell.state === "done")
      throw new Fault("conflict", `${milestone.title} is met; there is nothing to waive.`, { pointer: "/milestone" });
  }
  const { waives, reason, expiresAt } = asked;
  const place = { waives, entity: entity.id, period: period.period, milestone: milestone.id, reason };
  const row = await ctx.postgres.transaction(async (tx) => {
    const granter = { granter: person.signer, grantedById: person.id, grantedByName: person.name };
    const [made] = await tx.ask(insertWaiver, { id: uuidv7(), ...place, ...granter, at: at.toISOString(), expiresAt });
    if (!made) throw new Fault("conflict", `The ${waives} of ${milestone.title} is waived for ${entity.id} already.`);
    await record(tx, {
      at,
      actor,
      action: "waiver.grant",
      subject: `waiver:${made.id}`,
      detail: { ...place, expiresAt, state: cell.state, timing: cell.timing },
    });
    return waiverRow(made);
  });
  ctx.touch("close");
  return row;
}

function refuseTerm(expiresAt: string, now: Date): void {
  const days = (Date.parse(expiresAt) - now.getTime()) / 86_400_000;
  if (days > 0 && days <= LONGEST_DAYS) return;
  const why = days <= 0 ? "is in the past" : `is more than ${LONGEST_DAYS} days away`;
  throw new Fault("invalid-input", `expiresAt ${why}.`, { pointer: "/expiresAt" });
}
