import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Actor } from "../context.ts";
import { actOnIncident, type ActedIncident, type IncidentActing } from "./act-on-incident.ts";

/**
 * Adds a remark to an incident, whatever state it is in. As a post-mortem it takes the place of the one before, which
 * stays in the incident's life.
 */
export function noteIncident(
  ctx: IncidentActing,
  actor: Actor,
  { text, postMortem, ...asked }: ActedIncident & { text: string; postMortem: boolean },
): Promise<IncidentRow> {
  return actOnIncident(ctx, actor, { ...asked, name: "note" }, (_incident, at) => ({
    next: postMortem ? { postMortem: { text, by: { id: actor.id, name: actor.name }, at } } : {},
    change: "noted",
    text,
    detail: { postMortem },
  }));
}
