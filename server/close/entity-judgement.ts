import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { StatedPeriod } from "../../schemas/run.ts";
import type { BoardCell, BoardEntity } from "../../schemas/wire/board.ts";
import type { Blind } from "../checks/blind-systems.ts";
import { serves } from "../checks/estate-index.ts";
import { EXCEPTION_TABLE } from "../checks/exception-table.ts";
import { flowViewOf, type FlowView, type Judging } from "../checks/flow-view.ts";
import type { Moment } from "../checks/moment.ts";
import type { Problem } from "../checks/problem.ts";
import { problemsOf } from "../checks/problems.ts";
import { forecastMilestones } from "../forecast/forecast-milestones.ts";
import { cellOf } from "./cells.ts";
import { UNDECIDED, type Decisions } from "./decisions.ts";
import { findingOf, inOrder, pathOf, waiverAt, type GatesInput } from "./entity-gates.ts";
import { isShut } from "./period-gate.ts";
import type { Period } from "./periods.ts";
import { verdictOf, type GateState } from "./verdict.ts";

/** A problem with the milestones it keeps from being met. */
export interface Cause {
  id: string;
  problem: Problem;
  entity: Entity;
  milestones: Milestone[];
  /** The first deadline it endangers. */
  dueAt: Instant | null;
  /** People let it pass: it was explained and approved, or a controller waived the gate it holds. */
  accepted: boolean;
}

export interface EntityJudgement {
  row: Omit<BoardEntity, "rank">;
  views: FlowView[];
  causes: Cause[];
  /** Sign-offs that do not stand any more, as cells. */
  suspended: BoardCell[];
  /** Sign-offs past their deadline that wait for nothing but people, as cells. */
  overdue: BoardCell[];
  /** What keeps anybody from certifying, whatever milestone it is found at. */
  blocking: Cause[];
  /** Waivers of gates that are not met by themselves. */
  waived: string[];
  /** Milestones not met yet whose data passes through a system: system id → milestones. */
  passing: ReadonlyMap<string, BoardCell[]>;
}

export type EntityJudging = Judging & { decisions?: Decisions };

const USUAL_REPAIR_MINUTES = 120;
/** While anything keeps the figures from being certified no entity is ready, at whichever milestone it is found. */
const BLOCKED: GateState = { state: "at-risk", held: false, signoff: false };

/** Everything the board says of one entity in one period. */
export function judgeEntity(
  judging: EntityJudging,
  entity: Entity,
  period: Period,
  blind: Blind,
  moment: Moment,
): EntityJudgement {
  const { estate, facts, decisions = UNDECIDED } = judging;
  const flows = estate.flows.filter((flow) => serves(flow, entity.id));
  const views = flows.map((flow) => flowViewOf(judging, flow, entity, period, moment));
  const unread = new Set(blind.keys());
  const stated = facts.periodStatuses(entity.id, period.period);
  const problems = views
    .flatMap((view) => problemsOf(judging, view, unread, moment).map((problem) => afterClose(problem, view, stated)))
    .filter((problem) => !problem.passing);
  const decided = decisions.of(entity.id);
  const input: GatesInput = { judging, decisions, decided, entity, period, views, problems, stated, moment };
  const { waived, accepted, ...judged } = judgeCells(input, blind);
  const cells = judged.cells.map((cell) => (isOverdue(cell) ? { ...cell, holds: [overdueId(cell)] } : cell));
  const { milestones } = estate.close;
  const causes = problems.map((problem) => causeOf(problem, entity, milestones, cells, accepted));
  const blocking = causes.filter((cause) => !cause.accepted && blocksCertification(cause.problem));
  return {
    row: rowOf(entity, milestones, cells, blocking.length > 0),
    views,
    causes,
    suspended: cells.filter((cell) => cell.signoff?.state === "suspended"),
    overdue: cells.filter(isOverdue),
    blocking,
    waived,
    passing: passingOf(judging, views, milestones, cells),
  };
}

interface Judged {
  cells: BoardCell[];
  /** Waivers of gates that are not met by themselves. */
  waived: string[];
  /** Ids of causes people let pass. */
  accepted: ReadonlySet<string>;
}

/** Cells in the estate's order, judged in the order they wait for each other. */
function judgeCells(input: GatesInput, blind: Blind): Judged {
  const { judging, entity, period, views, moment, decided } = input;
  const { milestones } = judging.estate.close;
  const titles = new Map(milestones.map(({ id, title }) => [id, title]));
  const cells = new Map<string, BoardCell>();
  const unmet = new Set<string>();
  const accepted = new Set<string>();
  const forecast = forecastMilestones({ judging, entity, period, moment });
  for (const milestone of inOrder(milestones)) {
    const path = pathOf(judging, views, milestone);
    const finding = findingOf(input, milestone, unmet);
    if (!finding.met) unmet.add(milestone.id);
    const before = milestone.after.map((id) => cells.get(id)!);
    const repairMinutes = path.view?.flow.recoveryMinutes ?? USUAL_REPAIR_MINUTES;
    const waiver = waiverAt(decided, milestone.id, moment);
    const done = (finding.met || waiver?.waives === "gate") && before.every(({ state }) => state === "done");
    const cell = cellOf(
      {
        milestone,
        entity,
        deadline: judging.calendars.milestoneDeadline(period, entity.id, milestone),
        finding,
        forecast: forecast({
          ...{ milestone, done, opensAt: finding.opensAt, view: path.view },
          repairMinutes: finding.blockedBy.length > 0 ? repairMinutes : 0,
        }),
        before,
        beforeTitles: milestone.after.map((id) => titles.get(id)!),
        known: judging.facts.version(entity.id, period.period) > 0,
        repairMinutes,
        blind: path.systems.map((system) => blind.get(system)).find((text) => text !== undefined) ?? null,
        seen: moment.seenThrough(...path.systems),
        waiver,
        holds: finding.suspended ? [suspendedId(milestone.id, entity.id)] : [],
        holdId: causeId,
      },
      moment,
    );
    cells.set(milestone.id, cell);
    const passed = cell.waiver?.waives === "gate" ? finding.blockedBy : (finding.accepted ?? []);
    for (const problem of passed) accepted.add(causeId(problem));
  }
  const waived = [...cells.values()].filter(
    ({ milestone, waiver }) => waiver?.waives === "gate" && unmet.has(milestone),
  );
  return {
    cells: milestones.map((milestone) => cells.get(milestone.id)!),
    waived: waived.map(({ waiver }) => waiver!.id),
    accepted,
  };
}

/** A material difference, or what weighs as much by its kind, keeps the figures from being certified. */
function blocksCertification(problem: Problem): boolean {
  return problem.material && (problem.off || EXCEPTION_TABLE[problem.code].severity === "S1");
}

/** A late posting that was first seen once the period had been shut is one nobody should have been able to make. */
function afterClose(problem: Problem, view: FlowView, stated: readonly StatedPeriod[]): Problem {
  if (problem.code !== "late-posting") return problem;
  const shutAt = stated.find(({ subledger, status }) => subledger === "" && isShut(status, "closed"))?.shutAt;
  const ledger = view.lines.flatMap(({ legs }) => legs).find((leg) => leg.dataset.kind === "source");
  const seenAt = ledger?.totals[0]?.asOf;
  if (!shutAt || !seenAt || seenAt <= shutAt) return problem;
  return { ...problem, code: "posted-after-close", sinceAt: seenAt };
}

/** The hold of a sign-off that does not stand any more. */
export function suspendedId(milestone: string, entity: string): string {
  return `signoff-suspended.${milestone}.${entity}`;
}

const OVERDUE = "handoff-overdue";

/** The hold of a hand-off people owe: one for all entities that wait at the same step. */
export function overdueId({ milestone, signoff }: BoardCell): string {
  return `${OVERDUE}.${milestone}.${signoff?.next ?? "prepare"}`;
}

/** Whether something known stands in the way; where only people’s time has passed an entity is late, not held. */
export function isHeldBy(holds: readonly string[]): boolean {
  return holds.some((id) => !id.startsWith(`${OVERDUE}.`));
}

/** A signature is owed as soon as nothing else is waited for; what was suspended has a hold of its own. */
function isOverdue({ state, signoff }: BoardCell): boolean {
  return state === "held" && signoff != null && signoff.state !== "suspended";
}

export function causeId(problem: Problem): string {
  const parts = [problem.code, problem.flow, problem.dataset];
  return (problem.shared ? parts : [...parts, problem.entity]).join(".");
}

function causeOf(
  problem: Problem,
  entity: Entity,
  milestones: Milestone[],
  cells: BoardCell[],
  accepted: ReadonlySet<string>,
): Cause {
  const id = causeId(problem);
  const held = cells.filter((cell) => cell.holds.includes(id));
  return {
    id,
    problem,
    entity,
    milestones: milestones.filter((milestone) => held.some((cell) => cell.milestone === milestone.id)),
    // A deadline that was kept is not in danger any more.
    dueAt:
      held
        .filter((cell) => cell.metAt === null)
        .map((cell) => cell.deadline.at)
        .sort()[0] ?? null,
    accepted: accepted.has(id),
  };
}

function passingOf(judging: Judging, views: FlowView[], milestones: Milestone[], cells: BoardCell[]) {
  const passing = new Map<string, BoardCell[]>();
  for (const [at, milestone] of milestones.entries()) {
    if (cells[at]!.state === "done") continue;
    for (const system of pathOf(judging, views, milestone).systems) {
      passing.set(system, [...(passing.get(system) ?? []), cells[at]!]);
    }
  }
  return passing;
}

function rowOf(
  entity: Entity,
  milestones: Milestone[],
  cells: BoardCell[],
  blocked: boolean,
): Omit<BoardEntity, "rank"> {
  const mandatory = cells.filter((_cell, at) => milestones[at]!.mandatory);
  const open = mandatory.filter((cell) => cell.state !== "done");
  const signed = new Set(milestones.filter(({ gate }) => gate.kind === "signoff").map(({ id }) => id));
  const gates = mandatory.map(({ milestone, state, holds }) => {
    return { state, held: isHeldBy(holds), signoff: signed.has(milestone) };
  });
  return {
    kind: "entity",
    entity: entity.id,
    name: entity.name,
    country: entity.country,
    currency: entity.currency,
    zone: entity.zone,
    verdict: verdictOf([...gates, ...(blocked ? [BLOCKED] : [])]),
    cells,
    gatesPassed: mandatory.length - open.length,
    gates: mandatory.length,
    dueAt:
      open
        .filter((cell) => cell.metAt === null)
        .map((cell) => cell.deadline.at)
        .sort()[0] ?? null,
  };
}
