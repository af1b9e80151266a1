import type { Matcher } from "../../schemas/estate/route.ts";
import type { ClosePhase } from "../../schemas/estate/route.ts";
import type { Incident } from "../../schemas/wire/incident.ts";

/** What routing looks at: an incident, or one somebody made up to see who would be told. */
export type Subject = Pick<
  Incident,
  "class" | "severity" | "code" | "ownerRole" | "entities" | "flows" | "periods" | "impact"
>;

/** Why a matcher does not mean a subject, in a few words; null where it does. */
export function mismatch(matcher: Matcher, subject: Subject, phase: ClosePhase): string | null {
  if (matcher.classes && !matcher.classes.includes(subject.class)) return `it is ${subject.class}`;
  if (matcher.severities && !matcher.severities.includes(subject.severity)) return `it is ${subject.severity}`;
  if (matcher.codes && !matcher.codes.includes(subject.code)) return `it is ${subject.code}`;
  if (matcher.owners && !matcher.owners.includes(subject.ownerRole)) return `it belongs to the ${subject.ownerRole}`;
  if (matcher.phases && !matcher.phases.includes(phase))
    return phase === "close" ? "it is the close" : "it is no close";
  if (matcher.entities && !touches(matcher.entities, subject.entities)) return "it touches other entities";
  if (matcher.flows && !touches(matcher.flows, subject.flows)) return "it touches other flows";
  return null;
}

/** An incident of the whole group names no entity, and touches each. */
function touches(named: readonly string[], touched: readonly string[]): boolean {
  return touched.length === 0 || touched.some((id) => named.includes(id));
}
