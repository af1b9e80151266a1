import type { Entity } from "../../schemas/estate/estate.ts";
import type { BoardCell } from "../../schemas/wire/board.ts";
import type { CollectorRow } from "../../schemas/wire/live.ts";
import { judgeEntities } from "../close/board.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Decisions, StandingSignoff } from "../close/decisions.ts";
import type { EntityJudgement, EntityJudging } from "../close/entity-judgement.ts";
import { holdWords } from "../close/hold-words.ts";
import type { Period } from "../close/periods.ts";
import type { SignoffMilestone } from "../close/signoff-content.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { inScope } from "../people/in-scope.ts";
import { decisionsOf } from "./decisions.ts";

/** What verbs of this room need: the context, and how far each system has been read. */
export interface Closing {
  ctx: Pick<Context, "estate" | "facts" | "clock" | "postgres" | "touch">;
  collectors(): CollectorRow[];
}

/** What is signed or waived. */
export interface CloseTarget {
  entity: string;
  period: string;
  milestone: string;
}

/** How an entity's close stands at one milestone. */
export interface Look {
  entity: Entity;
  period: Period;
  milestone: SignoffMilestone["id"];
  judging: EntityJudging & { decisions: Decisions };
  judgement: EntityJudgement;
  cell: BoardCell;
  /** The latest sign-off there, whatever its state. */
  signoff: StandingSignoff | null;
}

/**
 * Judges one entity's close as it stands now.
 *
 * @throws {Fault} `not-found` for what the estate does not have, and alike for an entity the actor may not see
 */
export async function lookAt(
  { ctx, collectors }: Closing,
  actor: Pick<Actor, "entities">,
  target: CloseTarget,
): Promise<Look> {
  const { estate, facts, clock, postgres } = ctx;
  const calendars = calendarsOf(estate);
  const entity = estate.entities.find(({ id }) => id === target.entity);
  if (!entity || !inScope(actor, entity.id))
    throw new Fault("not-found", `There is no entity ${target.entity} for you to see.`, { pointer: "/entity" });
  const period = calendars.period(target.period);
  if (!period) throw new Fault("not-found", `The estate has no period ${target.period}.`, { pointer: "/period" });
  if (!estate.close.milestones.some(({ id }) => id === target.milestone))
    throw new Fault("not-found", `The close has no milestone ${target.milestone}.`, { pointer: "/milestone" });
  const decisions = await decisionsOf(postgres, period.period);
  const judging = { estate, facts, calendars, decisions };
  const input = { ...judging, now: clock.now(), period: period.period, collectors: collectors() };
  const [judgement] = judgeEntities({ ...input, entities: [entity.id] }, period);
  const cell = judgement!.row.cells.find(({ milestone }) => milestone === target.milestone)!;
  const signoff = decisions.of(entity.id).signoffs.find(({ milestone }) => milestone === target.milestone) ?? null;
  return { entity, period, milestone: target.milestone, judging, judgement: judgement!, cell, signoff };
}

/**
 * The milestone as one that is signed.
 *
 * @throws {Fault} `conflict` where nobody signs it, or not for this period
 */
export function signedMilestone({ judging, milestone: id, period }: Look): SignoffMilestone {
  const milestone = judging.estate.close.milestones.find((each) => each.id === id)!;
  if (milestone.gate.kind !== "signoff")
    throw new Fault("conflict", `${milestone.title} is not signed by anybody.`, { pointer: "/milestone" });
  if (milestone.since !== undefined && period.period < milestone.since)
    throw new Fault("conflict", `${milestone.title} is asked for from ${milestone.since} on.`, { pointer: "/period" });
  return milestone as SignoffMilestone;
}

/**
 * What keeps a sign-off from being signed now, in sentences: what it waits for, what weighs too much to certify, and for
 * a hard close every other mandatory gate.
 */
export function blockersOf(look: Look, milestone: SignoffMilestone): string[] {
  const { judging, judgement } = look;
  const { milestones } = judging.estate.close;
  const asked = milestones.filter(
    ({ id, mandatory, gate }) =>
      milestone.after.includes(id) || (milestone.gate.close === "hard" && mandatory && gate.kind !== "signoff"),
  );
  const open = asked.flatMap(({ id, title }) => {
    const cell = judgement.row.cells.find((each) => each.milestone === id)!;
    return cell.state === "done" ? [] : [`${title}: ${cell.why}`];
  });
  const weighing = judgement.blocking.map((cause) => {
    const { title, text } = holdWords(judging.estate, [cause]);
    return `${title}: ${text}`;
  });
  return [...open, ...weighing];
}

/** @throws {Fault} `conflict` with what stands in the way */
export function refuseBlocked(look: Look, milestone: SignoffMilestone): void {
  const blockers = blockersOf(look, milestone);
  if (blockers.length === 0) return;
  const [first] = blockers;
  const more = blockers.length > 1 ? ` ${blockers.length - 1} more stand in the way.` : "";
  throw new Fault("conflict", `${look.entity.id} cannot be signed off yet. ${first}${more}`, { blockers });
}
