import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { BoardCell, Hold } from "../../schemas/wire/board.ts";
import { EXCEPTION_TABLE } from "../checks/exception-table.ts";
import type { Moment } from "../checks/moment.ts";
import { timeText } from "../checks/time-text.ts";
import { listed } from "./cells.ts";
import { overdueId, suspendedId, type EntityJudgement } from "./entity-judgement.ts";

/** One hold for each sign-off that does not stand any more: somebody must sign again. */
export function suspendedHolds(estate: Estate, { row, suspended }: EntityJudgement, moment: Moment): Hold[] {
  return suspended.map((cell) => {
    const milestone = milestoneOf(estate, cell);
    return {
      ...signoffHold("signoff-suspended", [row.entity]),
      id: suspendedId(milestone.id, row.entity),
      title: `${milestone.title} is suspended`,
      text: `${row.entity}: ${cell.why}`,
      sinceAt: cell.signoff?.endedAt ?? moment.now,
      dueAt: cell.metAt === null ? cell.deadline.at : null,
    };
  });
}

/** How many entities an overdue hand-off names. */
const NAMED = 3;

/** One hold for each hand-off people owe past its deadline: whatever entities wait at the same step, it is asked of once. */
export function overdueHolds(estate: Estate, judgements: readonly EntityJudgement[]): Hold[] {
  const waiting = judgements.flatMap(({ row, overdue }) => overdue.map((cell) => ({ row, cell, id: overdueId(cell) })));
  return [...Map.groupBy(waiting, ({ id }) => id)].map(([id, same]) => {
    const [first] = same.toSorted((one, other) => (one.cell.deadline.at < other.cell.deadline.at ? -1 : 1));
    const { cell, row } = first!;
    const { title } = milestoneOf(estate, cell);
    const entities = same.map((each) => each.row.entity);
    const more = entities.length - NAMED;
    const named = more > 1 ? [...entities.slice(0, NAMED), `${more} more`] : entities;
    return {
      ...signoffHold("handoff-overdue", entities),
      id,
      title: `${title} is overdue`,
      text:
        entities.length === 1
          ? `${row.entity}: ${cell.why}`
          : `${listed(named)} wait for ${WAITS[cell.signoff!.next ?? "prepare"]}. Due ${timeText(cell.deadline.at, row.zone)}.`,
      sinceAt: cell.deadline.at,
      dueAt: cell.deadline.at,
    };
  });
}

const WAITS = {
  prepare: "somebody to prepare it",
  review: "another person’s review",
  certify: "a third person to certify it",
} as const;

function milestoneOf(estate: Estate, cell: BoardCell): Milestone {
  return estate.close.milestones.find(({ id }) => id === cell.milestone)!;
}

function signoffHold(code: "signoff-suspended" | "handoff-overdue", entities: readonly string[]) {
  const { class: kind, severity, owner } = EXCEPTION_TABLE[code];
  const entity = entities.length === 1 ? entities[0]! : null;
  return {
    ...{ kind: "hold" as const, severity, code, class: kind, owner, entity, act: "none" as const },
    ...{ flow: null, dataset: null, amount: null, currency: null, runId: null },
  };
}
