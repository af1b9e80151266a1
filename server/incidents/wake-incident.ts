import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { actOnIncident, refuseResolved, type ActedIncident, type IncidentActing } from "./act-on-incident.ts";

/** Takes an acknowledgement or a snooze back: the incident is open again, for anybody. */
export function wakeIncident(ctx: IncidentActing, actor: Actor, asked: ActedIncident): Promise<IncidentRow> {
  return actOnIncident(ctx, actor, { ...asked, name: "wake" }, (incident) => {
    refuseResolved(incident);
    if (incident.state === "open") throw new Fault("conflict", "The incident is open already.");
    const { assignee, acknowledgedBy, acknowledgedAt, state } = incident;
    const own = state === "acknowledged" && assignee?.id === acknowledgedBy?.id;
    const taken = state === "acknowledged" ? { acknowledgedAt: null, acknowledgedBy: null } : {};
    return {
      next: {
        ...{ acknowledgedAt, acknowledgedBy, ...taken, assignee: own ? null : assignee },
        ...{ state: "open", snoozedUntil: null, snoozedMilestone: null },
      },
      change: "woken",
      text: `${state === "acknowledged" ? "Handed back" : "Woken"} by ${actor.name}.`,
    };
  });
}
