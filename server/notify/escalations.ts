import type { Estate } from "../../schemas/estate/estate.ts";
import type { Escalation } from "../../schemas/estate/route.ts";
import { GROUP, type Calendars } from "../close/calendars.ts";
import { closePhaseAt, duringClose } from "./close-phase.ts";
import { mismatch, type Subject } from "./subject.ts";

/** A step nobody need take once somebody has acknowledged. */
export interface EscalationDue {
  /** `close-critical:1`; unique within an incident's opening. */
  step: string;
  escalation: string;
  role: Escalation["steps"][number]["role"];
  rotation: string | null;
  receivers: readonly string[];
  dueAt: string;
  because: string;
}

interface Escalating {
  estate: Estate;
  calendars: Calendars;
}

/** A chain has been checked to end; this bounds it all the same. */
const LONGEST_CHAIN = 20;

/** Every step of every escalation that means a subject opened at an instant, oldest first. Pure. */
export function escalationsOf({ estate, calendars }: Escalating, subject: Subject, openedAt: Date): EscalationDue[] {
  const phase = closePhaseAt(calendars, openedAt);
  const followed = new Set(estate.escalations.flatMap(({ next }) => next ?? []));
  return estate.escalations
    .filter((each) => !followed.has(each.id) && mismatch(each, subject, phase) === null)
    .flatMap((first) => {
      const steps: EscalationDue[] = [];
      let from = openedAt;
      let each: Escalation | undefined = first;
      for (let chained = 0; each && chained < LONGEST_CHAIN; chained++) {
        const found: EscalationDue[] = each.steps.flatMap((_, at) =>
          stepOf({ estate, calendars }, each!, at, subject, from),
        );
        steps.push(...found);
        from = new Date(found.reduce((latest, { dueAt }) => Math.max(latest, Date.parse(dueAt)), from.getTime()));
        const next: string | undefined = each.next;
        each = estate.escalations.find(({ id }) => id === next);
      }
      return steps;
    })
    .sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
}

function stepOf(
  { estate, calendars }: Escalating,
  escalation: Escalation,
  at: number,
  subject: Subject,
  from: Date,
): EscalationDue[] {
  const step = escalation.steps[at]!;
  const found = dueOf({ estate, calendars }, step, subject, from);
  if (!found || (escalation.during && !duringClose(calendars, escalation.during, found.at))) return [];
  return [
    {
      step: `${escalation.id}:${at + 1}`,
      escalation: escalation.id,
      role: step.role,
      rotation: step.rotation ?? null,
      receivers: step.receivers,
      dueAt: found.at.toISOString(),
      because: `Escalation ${escalation.id}: ${found.because}.`,
    },
  ];
}

function dueOf(
  { estate, calendars }: Escalating,
  step: Escalation["steps"][number],
  subject: Subject,
  from: Date,
): { at: Date; because: string } | null {
  if (step.afterMinutes !== undefined) {
    const because = `nobody had taken it on after ${spanOf(step.afterMinutes)}`;
    return { at: new Date(from.getTime() + step.afterMinutes * 60_000), because };
  }
  const { milestone: id, minutes } = step.beforeMilestone!;
  const milestone = estate.close.milestones.find((each) => each.id === id)!;
  const posting = calendars.periodAt(from);
  const entities = subject.entities.length > 0 ? subject.entities : [GROUP];
  const dues = [calendars.previous(posting), posting].flatMap((period) =>
    entities.map((entity) => Date.parse(calendars.milestoneDeadline(period, entity, milestone).at) - minutes * 60_000),
  );
  const next = dues.filter((due) => due >= from.getTime()).sort((a, b) => a - b)[0];
  return next === undefined ? null : { at: new Date(next), because: `${milestone.title} is due in ${spanOf(minutes)}` };
}

function spanOf(minutes: number): string {
  const [count, unit] = minutes % 60 === 0 && minutes > 0 ? [minutes / 60, "hour"] : [minutes, "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
