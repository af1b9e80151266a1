import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { actOnIncident, refuseResolved, type ActedIncident, type IncidentActing } from "./act-on-incident.ts";

/** Says that somebody looks after it, so that nobody else need be called. */
export function acknowledgeIncident(ctx: IncidentActing, actor: Actor, asked: ActedIncident): Promise<IncidentRow> {
  return actOnIncident(ctx, actor, { ...asked, name: "acknowledge" }, (incident, at) => {
    refuseResolved(incident);
    if (incident.state === "acknowledged") {
      throw new Fault("conflict", `${incident.acknowledgedBy?.name ?? "Somebody"} acknowledged it already.`);
    }
    const by = { id: actor.id, name: actor.name };
    return {
      next: {
        ...{ state: "acknowledged", acknowledgedAt: incident.acknowledgedAt ?? at, acknowledgedBy: by },
        ...{ assignee: incident.assignee ?? by, snoozedUntil: null, snoozedMilestone: null },
      },
      change: "acknowledged",
      text: `Acknowledged by ${actor.name}.`,
    };
  });
}
