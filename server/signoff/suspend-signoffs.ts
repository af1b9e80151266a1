import type { SignoffChange, SignoffContent } from "../../schemas/wire/signoff.ts";
import { record, TIEOUT } from "../audit/record.ts";
import { changesText, signoffChanges } from "../close/signoff-changes.ts";
import { signedNow } from "../close/signoff-content.ts";
import { endSignoff, signoffContent } from "../store/postgres/signoffs.ts";
import { lookAt, signedMilestone, type Closing, type CloseTarget, type Look } from "./look-at.ts";

/** So many changes are kept by name. */
const NAMED = 50;

/** Suspends each of these sign-offs whose ground has changed, with what changed. Answers the ids of those it did. */
export async function suspendSignoffs(
  closing: Closing,
  standing: readonly (CloseTarget & { id: string })[],
): Promise<string[]> {
  const suspended: string[] = [];
  for (const { id, ...target } of standing) {
    const look = await lookAt(closing, { entities: "all" }, target);
    const { signoff } = look.cell;
    if (signoff?.id !== id || signoff.state !== "suspended") continue;
    if (await suspend(closing, look, id)) suspended.push(id);
  }
  if (suspended.length === 0) return [];
  closing.ctx.touch("signoffs");
  closing.ctx.touch("close");
  return suspended;
}

async function suspend({ ctx }: Closing, look: Look, id: string): Promise<boolean> {
  const changes = await changesSince(look, id, ctx);
  const reason = changesText(changes);
  const at = ctx.clock.now();
  return ctx.postgres.transaction(async (tx) => {
    const ending = { id, to: "suspended" as const, at: at.toISOString(), reason };
    const named = changes.slice(0, NAMED);
    const more = changes.length - named.length;
    const [ended] = await tx.ask(endSignoff, { ...ending, changes: JSON.stringify(named), moreChanges: more });
    if (!ended) return false;
    const { entity, period, signoff } = look;
    await record(tx, {
      at,
      actor: TIEOUT,
      action: "signoff.suspend",
      subject: `signoff:${id}`,
      detail: {
        ...{ entity: entity.id, period: period.period, milestone: look.milestone, digest: signoff!.digest, reason },
        ...{ from: signoff!.state, changes: named, moreChanges: more },
      },
    });
    return true;
  });
}

async function changesSince(look: Look, id: string, { postgres }: Closing["ctx"]): Promise<SignoffChange[]> {
  const { judging, entity, period, signoff } = look;
  const milestone = signedMilestone(look);
  const [kept] = await postgres.ask(signoffContent, { id });
  const before = JSON.parse(kept!.content) as SignoffContent;
  const good = signoff!.waivers.filter(
    (waiver) => look.judgement.waived.includes(waiver) || !stillNeeded(look, waiver),
  );
  const { content } = signedNow(judging, judging.decisions, { entity, period, milestone }, good);
  const changes = signoffChanges(judging.estate, before, content);
  if (changes.length > 0) return changes;
  const again: SignoffChange = {
    what: "period",
    title: `Period ${period.title}`,
    before: "shut",
    after: "open again",
    dataset: null,
  };
  return [again];
}

function stillNeeded({ judging, judgement, entity }: Look, waiver: string): boolean {
  const granted = judging.decisions!.of(entity.id).waivers.find(({ id }) => id === waiver);
  if (!granted) return true;
  return judgement.row.cells.find(({ milestone }) => milestone === granted.milestone)?.state !== "done";
}
