import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { BoardCell, BoardEntity, Verdict } from "../../schemas/wire/board.ts";
import type { Blind } from "../checks/blind-systems.ts";
import { serves } from "../checks/estate-index.ts";
import { flowViewOf, type FlowView, type Judging } from "../checks/flow-view.ts";
import type { Moment } from "../checks/moment.ts";
import type { Problem } from "../checks/problem.ts";
import { problemsOf } from "../checks/problems.ts";
import { cellOf } from "./cells.ts";
import { flowGate, predecessorsGate, reconciliationGate, signoffGate, type GateFinding } from "./gates.ts";
import type { Period } from "./periods.ts";

/** A problem with the milestones it keeps from being met. */
export interface Cause {
  id: string;
  problem: Problem;
  entity: Entity;
  milestones: Milestone[];
  /** The first deadline it endangers. */
  dueAt: Instant | null;
}

export interface EntityJudgement {
  row: Omit<BoardEntity, "rank">;
  views: FlowView[];
  causes: Cause[];
  /** Milestones not met yet whose data passes through a system: system id → milestones. */
  passing: ReadonlyMap<string, BoardCell[]>;
}

const USUAL_REPAIR_MINUTES = 120;

/** Everything the board says of one entity in one period. */
export function judgeEntity(
  judging: Judging,
  entity: Entity,
  period: Period,
  blind: Blind,
  moment: Moment,
): EntityJudgement {
  const { estate } = judging;
  const flows = estate.flows.filter((flow) => serves(flow, entity.id));
  const views = flows.map((flow) => flowViewOf(judging, flow, entity, period, moment));
  const unread = new Set(blind.keys());
  const problems = views
    .flatMap((view) => problemsOf(judging, view, unread, moment))
    .filter((problem) => !problem.passing);
  const milestones = inOrder(estate.close.milestones);
  const cells = new Map<string, BoardCell>();
  for (const milestone of milestones) {
    const path = pathOf(judging, views, milestone);
    const finding = findingOf(judging, views, problems, milestone, entity, period, moment);
    const cell = cellOf(
      {
        milestone,
        entity,
        deadline: judging.calendars.milestoneDeadline(period, entity.id, milestone),
        finding,
        before: milestone.after.map((id) => cells.get(id)!),
        beforeTitles: milestone.after.map((id) => milestones.find((other) => other.id === id)!.title),
        repairMinutes: path.view?.flow.recoveryMinutes ?? USUAL_REPAIR_MINUTES,
        blind: path.systems.map((system) => blind.get(system)).find((text) => text !== undefined) ?? null,
        seen: moment.seenThrough(...path.systems),
        holdId: causeId,
      },
      moment,
    );
    cells.set(milestone.id, cell);
  }
  const ordered = estate.close.milestones.map((milestone) => cells.get(milestone.id)!);
  return {
    row: rowOf(entity, estate.close.milestones, ordered),
    views,
    causes: problems.map((problem) => causeOf(problem, entity, estate.close.milestones, ordered)),
    passing: passingOf(judging, views, estate.close.milestones, ordered),
  };
}

export function causeId(problem: Problem): string {
  const parts = [problem.code, problem.flow, problem.dataset];
  return (problem.shared ? parts : [...parts, problem.entity]).join(".");
}

function causeOf(problem: Problem, entity: Entity, milestones: Milestone[], cells: BoardCell[]): Cause {
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
  };
}

function findingOf(
  judging: Judging,
  views: FlowView[],
  problems: Problem[],
  milestone: Milestone,
  entity: Entity,
  period: Period,
  moment: Moment,
): GateFinding {
  const { gate } = milestone;
  const view = flowOf(judging, views, milestone);
  if (gate.kind === "signoff") return signoffGate();
  if (gate.kind === "predecessors" || !view) return predecessorsGate();
  const own = problems.filter((problem) => problem.flow === view.flow.id);
  const input = { view, problems: own, zone: entity.zone, moment };
  if (gate.kind === "flow") {
    return flowGate(input, gate.through, judging.calendars.cutOff(period, entity.id, gate));
  }
  const judged = view.lines.find(({ line }) => line.reconciliation === gate.reconciliation)!;
  const needed = neededBy(judging, milestone, view, entity, period);
  const deadline = judging.calendars.milestoneDeadline(period, entity.id, milestone);
  return reconciliationGate(input, judged, needed, deadline.at);
}

/** What the figures must hold before a tie counts: the cut-offs of the flow's milestones due no later than this one. */
function neededBy(judging: Judging, milestone: Milestone, view: FlowView, entity: Entity, period: Period): Instant {
  const { estate, calendars } = judging;
  const due = calendars.milestoneDeadline(period, entity.id, milestone).at;
  let needed = calendars.periodEnd(period, entity.id);
  for (const other of estate.close.milestones) {
    if (other.gate.kind !== "flow" || other.gate.flow !== view.flow.id) continue;
    if (calendars.milestoneDeadline(period, entity.id, other).at > due) continue;
    const cutOff = calendars.cutOff(period, entity.id, other.gate);
    if (cutOff > needed) needed = cutOff;
  }
  return needed;
}

function flowOf(judging: Judging, views: FlowView[], { gate }: Milestone): FlowView | undefined {
  if (gate.kind === "flow") return views.find((view) => view.flow.id === gate.flow);
  if (gate.kind !== "reconciliation") return undefined;
  const rule = judging.estate.reconciliations.find((candidate) => candidate.id === gate.reconciliation)!;
  return views.find((view) => view.flow.id === rule.flow);
}

/** The flow a milestone waits for and the systems its data passes through. */
function pathOf(judging: Judging, views: FlowView[], milestone: Milestone): { view?: FlowView; systems: string[] } {
  const view = flowOf(judging, views, milestone);
  if (!view) return { systems: [] };
  const { gate } = milestone;
  const last =
    gate.kind === "flow" && gate.through ? view.hops.findIndex((hop) => hop.hop.dataset === gate.through) : -1;
  const hops = last < 0 ? view.hops : view.hops.slice(0, last + 1);
  return { view, systems: [...new Set(hops.map((hop) => hop.system.id))] };
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

function rowOf(entity: Entity, milestones: Milestone[], cells: BoardCell[]): Omit<BoardEntity, "rank"> {
  const mandatory = cells.filter((_cell, at) => milestones[at]!.mandatory);
  const open = mandatory.filter((cell) => cell.state !== "done");
  return {
    kind: "entity",
    entity: entity.id,
    name: entity.name,
    country: entity.country,
    currency: entity.currency,
    zone: entity.zone,
    verdict: verdictOf(milestones, cells),
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

/** The worst mandatory gate. Sign-offs alone still open make an entity ready, never closed. */
function verdictOf(milestones: Milestone[], cells: BoardCell[]): Verdict {
  const mandatory = cells.filter((_cell, at) => milestones[at]!.mandatory);
  const signoffs = new Set(milestones.filter(({ gate }) => gate.kind === "signoff").map((milestone) => milestone.id));
  const judged = mandatory.filter((cell) => !signoffs.has(cell.milestone));
  const states = new Set(judged.map((cell) => cell.state));
  if (judged.some((cell) => cell.state === "held" && cell.holds.length > 0)) return "held";
  if (states.has("held")) return "late";
  if (states.has("unknown")) return "unknown";
  if (states.has("at-risk")) return "at-risk";
  if (judged.some((cell) => cell.state !== "done")) return "on-course";
  return mandatory.every((cell) => cell.state === "done") ? "closed" : "ready";
}

/** Predecessors first; the loader has refused cycles. */
function inOrder(milestones: readonly Milestone[]): Milestone[] {
  const placed = new Set<string>();
  const ordered: Milestone[] = [];
  const place = (milestone: Milestone) => {
    if (placed.has(milestone.id)) return;
    placed.add(milestone.id);
    for (const id of milestone.after) place(milestones.find((other) => other.id === id)!);
    ordered.push(milestone);
  };
  milestones.forEach(place);
  return ordered;
}
