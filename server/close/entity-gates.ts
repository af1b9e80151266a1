import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Entity } from "../../schemas/estate/estate.ts";
import type { Instant } from "../../schemas/instant.ts";
import type { StatedPeriod } from "../../schemas/run.ts";
import type { Waiver } from "../../schemas/wire/signoff.ts";
import type { FlowView, Judging } from "../checks/flow-view.ts";
import type { Moment } from "../checks/moment.ts";
import type { Problem } from "../checks/problem.ts";
import type { Decisions, EntityDecisions, StandingSignoff } from "./decisions.ts";
import { flowGate, predecessorsGate, reconciliationGate, type GateFinding } from "./gates.ts";
import { periodGate, reopenedAt } from "./period-gate.ts";
import type { Period } from "./periods.ts";
import { signedNow, type SignoffMilestone } from "./signoff-content.ts";
import { signoffGate } from "./signoff-gate.ts";

/** What an entity's gates are judged from. */
export interface GatesInput {
  judging: Judging;
  decisions: Decisions;
  decided: EntityDecisions;
  entity: Entity;
  period: Period;
  views: readonly FlowView[];
  problems: readonly Problem[];
  stated: readonly StatedPeriod[];
  moment: Moment;
}

/**
 * What a milestone's gate says by itself.
 *
 * @param unmet ids of milestones judged before it that are not met without a waiver
 */
export function findingOf(input: GatesInput, milestone: Milestone, unmet: ReadonlySet<string>): GateFinding {
  const { judging, views, problems, entity, period, moment } = input;
  const { gate } = milestone;
  if (milestone.since !== undefined && period.period < milestone.since)
    return predecessorsGate(`Asked for from ${milestone.since} on.`);
  if (gate.kind === "signoff") return signoffFinding(input, milestone as SignoffMilestone, unmet);
  if (gate.kind === "period-status") {
    const opensAt = judging.calendars.periodEnd(period, entity.id);
    const { stated } = input;
    return periodGate({ stated, zone: entity.zone, opensAt, open: moment.past(opensAt) }, gate.status);
  }
  const view = flowOf(judging, views, milestone);
  if (gate.kind === "predecessors" || !view) return predecessorsGate();
  const own = problems.filter((problem) => problem.flow === view.flow.id);
  const given = { view, problems: own, zone: entity.zone, moment };
  if (gate.kind === "flow") return flowGate(given, gate.through, judging.calendars.cutOff(period, entity.id, gate));
  const judged = view.lines.find(({ line }) => line.reconciliation === gate.reconciliation)!;
  return reconciliationGate(given, judged, {
    cutOff: neededBy(judging, milestone, view.flow.id, entity, period),
    deadlineAt: judging.calendars.milestoneDeadline(period, entity.id, milestone).at,
    settled: input.decided.settled.includes(gate.reconciliation),
  });
}

function signoffFinding(input: GatesInput, milestone: SignoffMilestone, unmet: ReadonlySet<string>): GateFinding {
  const { judging, decisions, decided, entity, period, moment } = input;
  const signoff = decided.signoffs.find((each) => each.milestone === milestone.id) ?? null;
  const waivers = signoff ? stillGood(signoff, decided.waivers, unmet, moment) : [];
  const now = signedNow(judging, decisions, { entity, period, milestone }, waivers);
  return signoffGate({ milestone, zone: entity.zone, signoff, now, reopenedAt: reopenedAt(input.stated) });
}

/** The waivers it rests on that are in force still, or are not needed any more. */
function stillGood(
  signoff: StandingSignoff,
  waivers: readonly Waiver[],
  unmet: ReadonlySet<string>,
  moment: Moment,
): string[] {
  return signoff.waivers.filter((id) => {
    const waiver = waivers.find((each) => each.id === id);
    return waiver !== undefined && (!moment.past(waiver.expiresAt) || !unmet.has(waiver.milestone));
  });
}

/** The waiver in force at a milestone; one of the gate goes before one of its deadline. */
export function waiverAt(decided: EntityDecisions, milestone: string, moment: Moment): Waiver | null {
  const inForce = decided.waivers.filter((each) => each.milestone === milestone && !moment.past(each.expiresAt));
  return inForce.find(({ waives }) => waives === "gate") ?? inForce[0] ?? null;
}

/** The flow a milestone waits for and the systems its data passes through. */
export function pathOf(
  judging: Judging,
  views: readonly FlowView[],
  milestone: Milestone,
): { view?: FlowView; systems: string[] } {
  const view = flowOf(judging, views, milestone);
  if (!view) return { systems: [] };
  const { gate } = milestone;
  const last =
    gate.kind === "flow" && gate.through ? view.hops.findIndex((hop) => hop.hop.dataset === gate.through) : -1;
  const hops = last < 0 ? view.hops : view.hops.slice(0, last + 1);
  return { view, systems: [...new Set(hops.map((hop) => hop.system.id))] };
}

/** Predecessors first; the loader has refused cycles. */
export function inOrder(milestones: readonly Milestone[]): Milestone[] {
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

/** What a flow must be complete through for a milestone's gate: its own cut-off, or what a tie asks for by then. */
export function cutOffAt(
  judging: Judging,
  milestone: Milestone,
  flow: string,
  entity: Entity,
  period: Period,
): Instant {
  const { gate } = milestone;
  if (gate.kind === "flow") return judging.calendars.cutOff(period, entity.id, gate);
  return neededBy(judging, milestone, flow, entity, period);
}

/** What the figures must hold before a tie counts: the cut-offs of the flow's milestones due no later than this one. */
function neededBy(judging: Judging, milestone: Milestone, flow: string, entity: Entity, period: Period): Instant {
  const { estate, calendars } = judging;
  const due = calendars.milestoneDeadline(period, entity.id, milestone).at;
  let needed = calendars.periodEnd(period, entity.id);
  for (const other of estate.close.milestones) {
    if (other.gate.kind !== "flow" || other.gate.flow !== flow) continue;
    if (calendars.milestoneDeadline(period, entity.id, other).at > due) continue;
    const cutOff = calendars.cutOff(period, entity.id, other.gate);
    if (cutOff > needed) needed = cutOff;
  }
  return needed;
}

function flowOf(judging: Judging, views: readonly FlowView[], { gate }: Milestone): FlowView | undefined {
  if (gate.kind === "flow") return views.find((view) => view.flow.id === gate.flow);
  if (gate.kind !== "reconciliation") return undefined;
  const rule = judging.estate.reconciliations.find((candidate) => candidate.id === gate.reconciliation)!;
  return views.find((view) => view.flow.id === rule.flow);
}
