import type { BoardEntity, CloseRow } from "../../schemas/wire/board.ts";
import { blindSystems } from "../checks/blind-systems.ts";
import { momentOf, readingsOf } from "../checks/moment.ts";
import { headOf } from "./board-head.ts";
import type { BoardInput } from "./board-input.ts";
import { judgeEntity, type EntityJudgement } from "./entity-judgement.ts";
import { holdsOf } from "./holds.ts";
import type { Period } from "./periods.ts";
import { VERDICTS } from "./verdict.ts";

/** The close board as keyed rows: `head`, `entity:<id>` and `hold:<id>`, entities and holds worst first. */
export function closeBoard(input: BoardInput): Record<string, CloseRow> {
  const { estate, calendars, collectors } = input;
  const period = calendars.period(input.period);
  if (!period) throw new RangeError(`the estate has no period ${input.period}`);
  const judgements = judgeEntities(input, period);
  const moment = momentOf(input.now);
  const entities = ranked(judgements);
  const holds = holdsOf(estate, judgements, collectors, moment);
  const rows: Record<string, CloseRow> = {
    head: headOf(input, period, { judgements, entities, holds }, moment),
  };
  for (const entity of entities) rows[`entity:${entity.entity}`] = entity;
  for (const hold of holds) rows[`hold:${hold.id}`] = hold;
  return rows;
}

/** Judges each entity in scope, or takes the judgement kept from before where neither facts nor time changed it. */
export function judgeEntities(input: BoardInput, period: Period): EntityJudgement[] {
  const { estate, facts, memo, entities } = input;
  const blind = blindSystems(estate, input.collectors);
  const signature = JSON.stringify([...blind]);
  const now = input.now.toISOString();
  const read = readingsOf(input.collectors);
  return estate.entities
    .filter((entity) => entities === "all" || entities.includes(entity.id))
    .map((entity) => {
      const key = `${period.period}/${entity.id}`;
      const version = facts.version(entity.id, period.period);
      const kept = memo?.get(key);
      const revision = input.decisions?.of(entity.id).revision ?? "";
      const same = kept?.version === version && kept.blind === signature && kept.revision === revision;
      if (kept && same && kept.moment.holdsAt(now, read)) return kept.judgement;
      const moment = momentOf(input.now, read);
      const judgement = judgeEntity(input, entity, period, blind, moment);
      memo?.set(key, { version, revision, blind: signature, moment, judgement });
      return judgement;
    });
}

function ranked(judgements: readonly EntityJudgement[]): BoardEntity[] {
  const weight = ({ row }: EntityJudgement) => VERDICTS.indexOf(row.verdict);
  return judgements.toSorted((a, b) => weight(a) - weight(b)).map(({ row }, rank) => ({ ...row, rank }));
}
