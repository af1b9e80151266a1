import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { actOnIncident, refuseResolved, type ActedIncident, type IncidentActing } from "./act-on-incident.ts";

/**
 * Ends an incident whose cause is gone without waiting for it to stay away. While the cause is there nobody can: an
 * incident is resolved by what mends it.
 */
export function resolveIncident(
  ctx: IncidentActing,
  actor: Actor,
  { text, ...asked }: ActedIncident & { text: string },
): Promise<IncidentRow> {
  return actOnIncident(ctx, actor, { ...asked, name: "resolve" }, (incident, at) => {
    refuseResolved(incident);
    if (incident.quietSinceAt === null) {
      throw new Fault(
        "conflict",
        "Its cause is still there. Mend it, or put the incident aside until it can be mended.",
      );
    }
    const by = { id: actor.id, name: actor.name };
    return {
      next: {
        ...{ state: "resolved", resolvedAt: at, snoozedUntil: null, snoozedMilestone: null },
        resolution: { how: "by hand", text, by, into: null },
      },
      change: "resolved",
      text,
    };
  });
}
