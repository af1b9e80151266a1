import type { Estate } from "../../schemas/estate/estate.ts";
import type { Role } from "../../schemas/estate/role.ts";
import type { ClosePhase, Route } from "../../schemas/estate/route.ts";
import { withinPeriods } from "../people/in-periods.ts";
import type { Calendars } from "../close/calendars.ts";
import { closePhaseAt } from "./close-phase.ts";
import { turnsFrom } from "./on-call.ts";
import { mismatch, type Subject } from "./subject.ts";

/** Somebody who may be told; `entities` null is the whole estate, `periods` null all of them. */
export interface Reader {
  id: string;
  name: string;
  email: string;
  role: Role;
  entities: readonly string[] | null;
  periods: readonly string[] | null;
}

/** People of a role to be told of a subject, and by what. */
export interface Call {
  /** The route's id; `owner` where no route tells the role it belongs to, `nobody-else` where nobody of that role could be told. */
  route: string;
  role: Role;
  people: Reader[];
  receivers: readonly string[];
  hours: string | null;
  digest: readonly string[] | null;
  /** Why they are told, in words. */
  because: string;
}

/** A route that does not tell, and why. */
export interface Passed {
  route: string;
  role: Role;
  because: string;
}

export interface Decision {
  phase: ClosePhase;
  calls: Call[];
  passed: Passed[];
  /** Said loudly: routes that fit and reach nobody. */
  flaws: string[];
}

export interface Deciding {
  estate: Estate;
  calendars: Calendars;
  people: readonly Reader[];
  now: Date;
}

/** Roles that read reports and deadlines rather than endpoints. */
export const FINANCE: readonly Role[] = ["controller", "accountant", "analyst", "cfo"];

/**
 * Who is told of a subject now, and by what. Pure. Whoever it belongs to is always told: where no route does, in the inbox;
 * where the role has nobody for these entities, the platform owners are told instead.
 */
export function decide({ estate, calendars, people, now }: Deciding, subject: Subject): Decision {
  const phase = closePhaseAt(calendars, now);
  const decision: Decision = { phase, calls: [], passed: [], flaws: [] };
  for (const route of estate.routes) {
    const { id, role } = route;
    const because = mismatch(route, subject, phase) ?? needless(role, subject);
    if (because !== null) {
      decision.passed.push({ route: id, role, because });
      continue;
    }
    const call = callOf(route, subject, { estate, calendars, people, now });
    if (call.people.length === 0 && call.receivers.length === 0) decision.flaws.push(reachesNobody(route, subject));
    else decision.calls.push(call);
  }
  tellOwner(decision, subject, people);
  // Where a role is called twice, what is told at once comes first, so that nothing waits for a digest.
  decision.calls.sort((a, b) => Number(a.digest !== null) - Number(b.digest !== null));
  return decision;
}

function callOf(route: Route, subject: Subject, deciding: Deciding): Call {
  const { estate, calendars, now } = deciding;
  const scoped = peopleFor(route.role, subject, deciding.people);
  const rotation = estate.rotations.find(({ id }) => id === route.rotation);
  const [turn] = rotation ? turnsFrom(rotation, calendars, now, 1) : [];
  const onCall = scoped.filter(({ email }) => email.toLowerCase() === turn?.member.toLowerCase());
  const held = subject.severity === "S3" || subject.severity === "S4" ? (route.digest ?? null) : null;
  return {
    route: route.id,
    role: route.role,
    // Somebody on call who left is no reason to tell nobody.
    people: turn && onCall.length > 0 ? onCall : scoped,
    receivers: route.receivers,
    hours: subject.severity === "S1" ? null : (route.hours ?? null),
    digest: held,
    because: becauseOf(route, subject),
  };
}

function becauseOf(route: Route, subject: Subject): string {
  const owner = route.role === subject.ownerRole ? "it is theirs to mend" : "they are told of it";
  const onCall = route.rotation ? `, whoever is on call in ${route.rotation}` : "";
  return `Route ${route.id}: ${subject.severity} ${subject.class}, ${owner}${onCall}.`;
}

/** Finance is told of a technical failure only as the reports, deadlines and signatures it endangers. */
function needless(role: Role, { class: kind, impact }: Subject): string | null {
  const touched = impact.reports.length + impact.milestones.length + impact.signoffs.length;
  return kind === "technical" && FINANCE.includes(role) && touched === 0 ? "it endangers nothing finance reads" : null;
}

function reachesNobody(route: Route, { entities }: Subject): string {
  const where = entities.length === 0 ? "the group" : entities.join(", ");
  return `Route ${route.id} reaches nobody: there is no ${route.role} for ${where}, and it names no receiver.`;
}

function tellOwner(decision: Decision, subject: Subject, people: readonly Reader[]): void {
  const { ownerRole } = subject;
  if (decision.calls.some(({ role }) => role === ownerRole)) return;
  const owners = peopleFor(ownerRole, subject, people);
  const call = { receivers: [], hours: null, digest: null };
  if (owners.length > 0) {
    const because = `It is the ${ownerRole}'s to mend, and no route says otherwise.`;
    decision.calls.push({ route: "owner", role: ownerRole, people: owners, because, ...call });
    return;
  }
  const where = subject.entities.length === 0 ? "the group" : subject.entities.join(", ");
  const flaw = `Nobody is ${ownerRole} for ${where}.`;
  decision.flaws.push(flaw);
  const platform = people.filter(({ role }) => role === "platform");
  const because = `${flaw} Somebody must be found who mends it.`;
  decision.calls.push({ route: "nobody-else", role: "platform", people: platform, because, ...call });
}

/** People of a role who may see an entity the subject touches, and no period it touches is beyond theirs. */
export function peopleFor(
  role: Role,
  { entities, periods }: Pick<Subject, "entities" | "periods">,
  people: readonly Reader[],
): Reader[] {
  return people.filter(
    (person) =>
      person.role === role &&
      withinPeriods(person.periods ? { periods: person.periods } : {}, periods) &&
      (person.entities === null ||
        (entities.length === 0 ? person.entities.length > 0 : entities.some((id) => person.entities!.includes(id)))),
  );
}
