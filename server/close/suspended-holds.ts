import type { Estate } from "../../schemas/estate/estate.ts";
import type { Hold } from "../../schemas/wire/board.ts";
import { EXCEPTION_TABLE } from "../checks/exception-table.ts";
import type { Moment } from "../checks/moment.ts";
import { suspendedId, type EntityJudgement } from "./entity-judgement.ts";

/** One hold for each sign-off that does not stand any more: somebody must sign again. */
export function suspendedHolds(estate: Estate, { row, suspended }: EntityJudgement, moment: Moment): Hold[] {
  const { class: kind, severity, owner } = EXCEPTION_TABLE["signoff-suspended"];
  return suspended.map((cell) => {
    const milestone = estate.close.milestones.find(({ id }) => id === cell.milestone)!;
    return {
      kind: "hold",
      id: suspendedId(milestone.id, row.entity),
      severity,
      code: "signoff-suspended",
      class: kind,
      title: `${milestone.title} is suspended`,
      text: `${row.entity}: ${cell.why}`,
      entity: row.entity,
      flow: null,
      dataset: null,
      amount: null,
      currency: null,
      owner,
      sinceAt: cell.signoff?.endedAt ?? moment.now,
      dueAt: cell.metAt === null ? cell.deadline.at : null,
      runId: null,
      act: "none",
    };
  });
}
