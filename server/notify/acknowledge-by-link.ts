import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { acknowledgeIncident } from "../incidents/acknowledge-incident.ts";
import { incidentRow, maySee } from "../incidents/reading.ts";
import { incidentById } from "../incidents/stored-incidents.ts";
import { actorOfPerson, type Identify } from "../people/identify.ts";
import { personById } from "../store/postgres/people.ts";

export interface LinkUse {
  actor: Actor;
  incident: IncidentRow;
}

/**
 * Who uses a link from a message, and for what: the person it was sent to; from a channel, whoever is signed in. Changes
 * nothing, because mail programs and channels open links by themselves.
 */
export async function openLink(
  ctx: Pick<Context, "postgres" | "alerting">,
  identify: Identify,
  token: string,
  headers: Headers,
): Promise<LinkUse> {
  const claim = ctx.alerting.links.read(token);
  if (!claim) throw new Fault("not-found", "This link is too old or was changed. Open the incident in Tieout instead.");
  const [person] = claim.person === "" ? [] : await ctx.postgres.ask(personById, { id: claim.person });
  if (claim.person !== "" && !person)
    throw new Fault("not-permitted", "Whom this message was sent to is not here any more.");
  const actor = person ? actorOfPerson(person) : await identify(headers);
  const incident = await incidentById(ctx.postgres, claim.incident);
  if (!incident || !maySee(actor, incident)) throw new Fault("not-found", "There is no such incident.");
  return { actor, incident: incidentRow(actor, incident) };
}

/** Takes the incident of a link on. Once is enough: a link used again says who has it. */
export async function acknowledgeByLink(ctx: Context, { actor, incident }: LinkUse): Promise<IncidentRow> {
  if (incident.state === "acknowledged" || incident.state === "resolved") return incident;
  return acknowledgeIncident(ctx, actor, { id: incident.id });
}
