import type { IncidentRow } from "../../schemas/wire/incident.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import type { StoredIncident } from "../store/postgres/incidents.ts";
import { actOnIncident, refuseResolved, type ActedIncident, type IncidentActing } from "./act-on-incident.ts";

/** Nothing sleeps longer than so many milliseconds. */
const LONGEST = 30 * 86_400_000;

/** Until an instant, or until the next deadline of a milestone among the entities concerned. */
export interface Snooze {
  until?: string | undefined;
  milestone?: string | undefined;
  /** Why it may wait. */
  text: string;
}

/** Puts an incident aside for a time. It wakes by itself when that is over, and before if it grows worse. */
export function snoozeIncident(
  ctx: IncidentActing,
  actor: Actor,
  { until, milestone, text, ...asked }: ActedIncident & Snooze,
): Promise<IncidentRow> {
  return actOnIncident(ctx, actor, { ...asked, name: "snooze" }, (incident, at) => {
    refuseResolved(incident);
    const wakesAt = milestone === undefined ? until : nextDeadline(ctx, incident, milestone, at);
    if (wakesAt === undefined) throw new Fault("invalid-input", "Say until when: an instant or a milestone.");
    const ahead = Date.parse(wakesAt) - Date.parse(at);
    if (!(ahead > 0 && ahead <= LONGEST)) {
      throw new Fault("invalid-input", "An incident can be put aside for up to 30 days from now.", {
        pointer: "/until",
      });
    }
    const next = { state: "snoozed" as const, snoozedUntil: wakesAt, snoozedMilestone: milestone ?? null };
    return { next, change: "snoozed", text, detail: { until: wakesAt, milestone: milestone ?? null } };
  });
}

function nextDeadline(
  { estate }: IncidentActing,
  { entities, periods }: StoredIncident,
  milestone: string,
  now: string,
): string {
  const declared = estate.close.milestones.find(({ id }) => id === milestone);
  if (!declared) throw new Fault("not-found", `The close has no milestone ${milestone}.`, { pointer: "/milestone" });
  const calendars = calendarsOf(estate);
  const concerned = entities.length > 0 ? entities : estate.entities.map(({ id }) => id);
  const deadlines = periods
    .flatMap((key) => calendars.period(key) ?? [])
    .flatMap((period) => concerned.map((entity) => calendars.milestoneDeadline(period, entity, declared).at))
    .filter((at) => at > now)
    .sort();
  if (deadlines.length === 0) throw new Fault("conflict", `${declared.title} is over for every entity concerned.`);
  return deadlines[0]!;
}
