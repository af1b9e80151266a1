import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { SignoffRow, Waiver } from "../../schemas/wire/signoff.ts";
import type { BoardCell, Hold } from "../../schemas/wire/board.ts";
import type { EntityReadiness, NextAct, ReadinessGate } from "../../schemas/wire/readiness.ts";
import { worseFirst } from "../checks/exception-table.ts";
import { momentOf } from "../checks/moment.ts";
import { judgeEntities } from "./board.ts";
import type { BoardInput } from "./board-input.ts";
import { listed } from "./cells.ts";
import { criticalPath } from "./critical-path.ts";
import { NOTHING_DECIDED } from "./decisions.ts";
import { isHeldBy, type EntityJudgement } from "./entity-judgement.ts";
import { evidenceOf } from "./gate-evidence.ts";
import { holdsOf } from "./holds.ts";
import { statusRows } from "./status-rows.ts";
import { verdictOfGate } from "./verdict.ts";

export interface ReadinessInput extends BoardInput {
  entity: string;
  /** Sign-offs and waivers of the entity and period as they go over the wire, newest first. */
  signoffs: readonly SignoffRow[];
  waivers: readonly Waiver[];
}

/** Can this entity close this period? Every gate with its evidence, its owner and the next act, and the longest way. */
export function entityReadiness(input: ReadinessInput): EntityReadiness {
  const { estate, calendars, collectors } = input;
  const period = calendars.period(input.period);
  if (!period) throw new RangeError(`the estate has no period ${input.period}`);
  const [judgement] = judgeEntities({ ...input, entities: [input.entity] }, period);
  const { row } = judgement!;
  const moment = momentOf(input.now);
  const holds = holdsOf(estate, [judgement!], collectors, moment);
  const gates = [
    ...estate.close.milestones.map((each) => gateOf(input, judgement!, holds, each)),
    blockersGate(judgement!, holds),
  ];
  const worst = gates.find(
    (gate) => gate.mandatory && gate.state !== "done" && verdictOfGate(stateOf(gate)) === row.verdict,
  );
  return {
    kind: "readiness",
    ...{ entity: row.entity, name: row.name, country: row.country, currency: row.currency, zone: row.zone },
    period: period.period,
    title: period.title,
    verdict: row.verdict,
    worst: worst?.id ?? null,
    gatesPassed: row.gatesPassed,
    gatesAsked: row.gates,
    gates,
    criticalPath: criticalPath(estate.close.milestones, row.cells, moment),
    holds,
    periodStatuses: statusRows(input, row.entity, period.period),
    signoffs: [...input.signoffs],
    waivers: [...input.waivers],
  };
}

function gateOf(input: ReadinessInput, judgement: EntityJudgement, holds: Hold[], milestone: Milestone): ReadinessGate {
  const cell = judgement.row.cells.find((each) => each.milestone === milestone.id)!;
  const { decisions, facts } = input;
  const stated = facts.periodStatuses(input.entity, input.period);
  const { signoffs } = decisions?.of(input.entity) ?? NOTHING_DECIDED;
  return {
    id: milestone.id,
    title: milestone.title,
    gate: milestone.gate.kind,
    mandatory: milestone.mandatory,
    ...{ state: cell.state, timing: cell.timing, deadline: cell.deadline, metAt: cell.metAt, why: cell.why },
    evidence: evidenceOf({ judging: input, views: judgement.views, stated, signoffs }, milestone, cell),
    next: cell.state === "done" ? null : nextOf(input, judgement, holds, milestone, cell),
    waiver: cell.waiver ?? null,
    holds: cell.holds,
  };
}

/** The gate every entity has: nothing is left that weighs too much to certify. */
function blockersGate({ blocking }: EntityJudgement, holds: readonly Hold[]): ReadinessGate {
  const own = holds.filter(({ id }) => blocking.some((cause) => cause.id === id));
  const [first] = own;
  const met = blocking.length === 0;
  return {
    ...{ id: "no-blockers", title: "Nothing blocks certification", gate: "no-blockers", mandatory: true },
    state: met ? "done" : "at-risk",
    ...{ timing: null, deadline: null, metAt: null, waiver: null },
    why: met ? "No difference or exception weighs too much to certify." : own.map(({ title }) => title).join(", "),
    evidence: own.map(({ id, title, text }) => ({
      label: title,
      value: text,
      format: "text",
      link: { kind: "hold", id },
    })),
    next: first ? actOf(first) : null,
    holds: own.map(({ id }) => id),
  };
}

/** What signing mends: the next act says which signature. */
const SIGNED_ANEW: ReadonlySet<Hold["code"]> = new Set(["signoff-suspended", "handoff-overdue"]);

function nextOf(
  { estate }: ReadinessInput,
  { row }: EntityJudgement,
  holds: readonly Hold[],
  milestone: Milestone,
  cell: BoardCell,
): NextAct {
  const { owner } = milestone;
  const own = holds.filter(({ id, code }) => cell.holds.includes(id) && !SIGNED_ANEW.has(code));
  const [worst] = own.toSorted((a, b) => worseFirst(a.severity, b.severity));
  if (worst) return actOf(worst);
  const open = milestone.after.filter((id) => row.cells.find((each) => each.milestone === id)!.state !== "done");
  const titles = open.map((id) => estate.close.milestones.find((each) => each.id === id)!.title);
  if (titles.length > 0) return { act: "wait", owner, text: `Waits for ${listed(titles)}.`, hold: null };
  if (milestone.gate.kind === "signoff") return signNext(milestone, milestone.gate.role, cell);
  if (cell.state === "running") return { act: "wait", owner, text: "A load is on its way.", hold: null };
  return { act: cell.state === "not-due" ? "wait" : "look", owner, text: cell.why, hold: null };
}

function signNext(milestone: Milestone, certifier: NextAct["owner"], cell: BoardCell): NextAct {
  const act = cell.signoff?.next ?? "prepare";
  const who = { prepare: "accountant", review: "controller", certify: certifier } as const;
  const texts = {
    prepare: `Prepare ${milestone.title}.`,
    review: "Another person reviews it.",
    certify: "A third person certifies it.",
  };
  return { act, owner: who[act], text: texts[act], hold: null };
}

function actOf(hold: Hold): NextAct {
  return { act: hold.act === "none" ? "look" : hold.act, owner: hold.owner, text: hold.title, hold: hold.id };
}

function stateOf(gate: ReadinessGate) {
  return { state: gate.state, held: isHeldBy(gate.holds), signoff: gate.gate === "signoff" };
}
