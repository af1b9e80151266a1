import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { ROLE_SCOPES } from "../people/permissions.ts";
import { personById } from "../store/postgres/people.ts";
import { actOnIncident, refuseResolved, type ActedIncident, type IncidentActing } from "./act-on-incident.ts";
import { maySee } from "./reading.ts";

/** Gives an incident to a person, who must be able to see and to act on it. What was acknowledged stays so. */
export async function assignIncident(
  ctx: IncidentActing,
  actor: Actor,
  { to, text = "", ...asked }: ActedIncident & { to: string; text?: string | undefined },
): Promise<IncidentRow> {
  const [person] = await ctx.postgres.ask(personById, { id: to });
  if (!person) throw new Fault("not-found", "There is no such person.", { pointer: "/to" });
  return actOnIncident(ctx, actor, { ...asked, name: "assign" }, (incident) => {
    refuseResolved(incident);
    const { id, name, role } = person;
    if (!ROLE_SCOPES[role].includes("incident:act")) throw new Fault("conflict", `${name} may not act on incidents.`);
    if (!maySee({ role, entities: person.entities ?? "all" }, incident)) {
      throw new Fault("conflict", `${name} may not see this incident.`);
    }
    return {
      next: { assignee: { id, name } },
      change: "assigned",
      text: [`To ${name}.`, text].filter(Boolean).join(" "),
      detail: { assignee: { id, name }, from: incident.assignee },
    };
  });
}
