import type { IncidentChange, IncidentDetail, RelatedIncident } from "../../schemas/wire/incident.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { ROLE_SCOPES } from "../people/permissions.ts";
import { runbookGuides } from "../runbooks/runbook-guides.ts";
import { relatedIncidents, type StoredIncident } from "../store/postgres/incidents.ts";
import {
  changesOfIncident,
  exceptionsOfIncident,
  notesOfIncidents,
  stepsOfIncident,
  type StoredChange,
} from "../store/postgres/incidents-history.ts";
import { allPeople } from "../store/postgres/people.ts";
import { exceptionsFor, incidentRow, maySee, viewOf } from "./reading.ts";
import { incidentById } from "./stored-incidents.ts";

const EXCEPTIONS = 500;
const RELATED = 5;

/** One incident as an actor may read it; alike for one that does not exist and one they may not see. */
export async function incidentDetail(
  ctx: Pick<Context, "postgres" | "estate">,
  actor: Actor,
  id: string,
): Promise<IncidentDetail> {
  const { postgres, estate } = ctx;
  const incident = await incidentById(postgres, id);
  if (!incident || !maySee(actor, incident)) throw new Fault("not-found", "There is no such incident.");
  const { causeKey, code, cause, runbook } = incident;
  const [exceptions, changes, related, ticks, people] = await Promise.all([
    postgres.ask(exceptionsOfIncident, { incident: id, limit: EXCEPTIONS }),
    postgres.ask(changesOfIncident, { incident: id }),
    postgres.ask(relatedIncidents, { id, causeKey, code, system: cause.system, limit: RELATED }),
    postgres.ask(stepsOfIncident, { incident: id }),
    postgres.ask(allPeople, {}),
  ]);
  const seen = related.filter((each) => maySee(actor, each));
  const notes = await postgres.ask(notesOfIncidents, { incidents: seen.map((each) => each.id) });
  return {
    row: incidentRow(actor, incident),
    exceptions: exceptionsFor(actor, incident, exceptions),
    changes: changes.map((change) => changeFor(actor, incident, change)),
    related: seen.map((each) => relatedRow(actor, incident, each, notes)),
    runbook: runbook === null ? null : (runbookGuides(estate).get(runbook) ?? null),
    ticks,
    people: people
      .filter(({ role }) => ROLE_SCOPES[role].includes("incident:act"))
      .filter(({ role, entities }) => maySee({ role, entities: entities ?? "all" }, incident))
      .map(({ id: person, name, role }) => ({ id: person, name, role })),
  };
}

/** What opened a technical failure is said to finance in finance's words too. */
function changeFor(actor: Actor, incident: StoredIncident, stored: StoredChange): IncidentChange {
  const { detail: _, ...change } = stored;
  const hidden = viewOf(actor.role) === "finance" && incident.class === "technical" && change.change === "opened";
  return hidden ? { ...change, text: incident.words.finance.title } : change;
}

function relatedRow(
  actor: Actor,
  { causeKey }: StoredIncident,
  past: StoredIncident,
  notes: readonly StoredChange[],
): RelatedIncident {
  const { id, number, severity, entities, title, openedAt, resolvedAt } = { ...past, ...incidentRow(actor, past) };
  const note = notes.findLast(({ incident }) => incident === id);
  const byHand = past.resolution?.how === "by hand" ? past.resolution : null;
  const fix = past.postMortem ?? byHand ?? note ?? null;
  return {
    ...{ id, number, title, severity, entities, openedAt, resolvedAt: resolvedAt! },
    sameCause: past.causeKey === causeKey,
    fix: fix?.text ?? null,
    by: fix?.by ?? past.acknowledgedBy,
  };
}
