import type { Role } from "../../schemas/estate/role.ts";
import type { Incident, IncidentException, IncidentImpact, IncidentRow } from "../../schemas/wire/incident.ts";
import { EXCEPTION_TABLE } from "../checks/exception-table.ts";
import type { Actor } from "../context.ts";
import { withinPeriods } from "../people/in-periods.ts";
import type { StoredIncident } from "../store/postgres/incidents.ts";

/** Who reads: what a role is told in, and of which entities and periods. */
export type Reader = Pick<Actor, "role" | "entities" | "periods">;

const FINANCE: readonly Role[] = ["controller", "accountant", "analyst", "cfo"];
const ENGINEERING: readonly Role[] = ["engineer", "platform"];

/** finance reads technical failures as what they endanger; engineering reads no amounts; others read everything. */
export function viewOf(role: Role | null): "finance" | "engineering" | "whole" {
  if (role !== null && FINANCE.includes(role)) return "finance";
  return role !== null && ENGINEERING.includes(role) ? "engineering" : "whole";
}

/**
 * Whether a reader may see an incident: it concerns one of their entities or all and no period beyond theirs, and to
 * finance a technical failure is one only where it endangers reports or deadlines.
 */
export function maySee(reader: Reader, incident: Pick<Incident, "class" | "entities" | "periods" | "impact">): boolean {
  const { entities } = reader;
  if (!withinPeriods(reader, incident.periods)) return false;
  const concerned =
    entities === "all" || incident.entities.length === 0 || incident.entities.some((id) => entities.includes(id));
  if (!concerned) return false;
  return viewOf(reader.role) !== "finance" || incident.class !== "technical" || endangers(incident.impact);
}

/** An incident as a reader may read it; they must be allowed to see it. */
export function incidentRow(reader: Reader, stored: StoredIncident): IncidentRow {
  const { causeKey: _, words, ...incident } = stored;
  const view = viewOf(reader.role);
  const own = (ids: readonly string[]) => ids.filter((id) => reader.entities === "all" || reader.entities.includes(id));
  const { title, text } = view === "finance" ? words.finance : words.engineering;
  const figures = view === "whole" ? words.finance : { title, text };
  const hidden = view === "engineering" || own(incident.entities).length < incident.entities.length;
  return {
    kind: "incident",
    ...incident,
    ...(incident.class === "technical" ? { title, text } : figures),
    cause: view === "finance" && incident.class === "technical" ? withoutMachinery(incident.cause) : incident.cause,
    entities: own(incident.entities),
    impact: impactFor(incident.impact, own),
    amount: hidden ? null : incident.amount,
    currency: hidden ? null : incident.currency,
    masked: hidden && incident.amount !== null,
    mine: isMine(reader.role, incident),
  };
}

/** What is wrong, as a reader may read it; of entities out of their scope nothing. */
export function exceptionsFor(
  reader: Reader,
  incident: Pick<Incident, "class">,
  exceptions: readonly IncidentException[],
): IncidentException[] {
  const view = viewOf(reader.role);
  return exceptions
    .filter(({ entity }) => entity === null || reader.entities === "all" || reader.entities.includes(entity))
    .filter((each) => view !== "finance" || incident.class !== "technical" || each.class !== "technical")
    .map((each) => (view === "engineering" ? { ...each, amount: null, currency: null } : each));
}

/** Whether a role is told of it first: its own kinds of exception, and to the controller whatever endangers the close. */
function isMine(role: Role | null, incident: Pick<Incident, "code" | "class" | "severity" | "ownerRole" | "impact">) {
  if (role === null) return false;
  if (role === "cfo") return incident.severity === "S1";
  if (role === "controller" && incident.class === "technical") return endangers(incident.impact);
  return incident.ownerRole === role || EXCEPTION_TABLE[incident.code].told.includes(role);
}

function endangers({ reports, milestones, signoffs }: IncidentImpact): boolean {
  return reports.length + milestones.length + signoffs.length > 0;
}

function withoutMachinery(cause: Incident["cause"]): Incident["cause"] {
  return { ...cause, job: null, runId: null, correlationId: null, detail: null };
}

function impactFor(impact: IncidentImpact, own: (ids: readonly string[]) => string[]): IncidentImpact {
  const narrowed = <T extends { entities: string[] }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, entities: own(each.entities) })).filter(({ entities }) => entities.length > 0);
  return { ...impact, milestones: narrowed(impact.milestones), signoffs: narrowed(impact.signoffs) };
}
