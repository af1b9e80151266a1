import type { Estate } from "../../../schemas/estate/estate.ts";
import type { Milestone } from "../../../schemas/estate/calendar.ts";
import type { BoardCell } from "../../../schemas/wire/board.ts";
import { EXCEPTION_TABLE } from "../../checks/exception-table.ts";
import { timeText } from "../../checks/time-text.ts";
import type { EntityJudgement } from "../../close/entity-judgement.ts";
import type { OpenException } from "../open-exception.ts";
import type { JudgedPeriod } from "./flow-exceptions.ts";

/**
 * Milestones past their deadline behind which no room found anything wrong: people who have not done their part, an
 * entity nobody has heard of, data that is simply slow. What only waits for another milestone is that one's matter.
 */
export function deadlineExceptions(estate: Estate, { period, judgements }: JudgedPeriod): OpenException[] {
  return judgements.flatMap((judgement) => {
    const { cells } = judgement.row;
    const done = new Set(cells.filter(({ state }) => state === "done").map(({ milestone }) => milestone));
    return estate.close.milestones.flatMap((milestone, at) => {
      const cell = cells[at]!;
      const waits = milestone.after.some((id) => !done.has(id));
      const silent = cell.timing === "missed" && cell.holds.length === 0 && cell.waiver?.waives !== "deadline";
      // What cannot be read now may be there all the same.
      const unread =
        cell.state === "unknown" && judgement.views.some(({ hops }) => hops.some(({ runs }) => runs.length > 0));
      return milestone.mandatory && silent && !waits && !unread && cell.state !== "done"
        ? exceptionOf(judgement, milestone, cell, period)
        : [];
    });
  });
}

function exceptionOf({ row }: EntityJudgement, milestone: Milestone, cell: BoardCell, period: string): OpenException {
  const code = cell.state === "unknown" ? "missing-entity" : "handoff-overdue";
  const { class: of, severity, owner } = EXCEPTION_TABLE[code];
  const due = timeText(cell.deadline.at, row.zone);
  const title = code === "missing-entity" ? `Nothing is known of ${row.entity}` : `${milestone.title} is overdue`;
  const text =
    code === "missing-entity"
      ? `Nothing has come of ${row.entity} in this period, and ${milestone.title} was due ${due}.`
      : `${row.entity}: ${milestone.title} was due ${due}, and nothing in the systems keeps it from being met. ${cell.why}`;
  const words = { title, text };
  return {
    key: `${code}.${milestone.id}/${row.entity}/${period}`,
    causeKey: code === "missing-entity" ? `${code}.${row.entity}` : `${code}.${milestone.id}`,
    kind: "people",
    ...{ code, class: of, severity, title },
    ownerRole: code === "missing-entity" ? owner : milestone.owner,
    ...{ system: null, dataset: null, flow: null, entity: row.entity, period, job: null },
    ...{ runId: null, correlationId: null, detail: null, amount: null, currency: null },
    sinceAt: cell.deadline.at,
    ...{ brings: null, suffers: null, echo: true },
    dueAt: null,
    milestones: [{ id: milestone.id, dueAt: null }],
    hold: null,
    told: { words: { finance: words, engineering: words } },
  };
}
