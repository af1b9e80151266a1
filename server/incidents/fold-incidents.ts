import { isDeepStrictEqual } from "node:util";
import type { Incident, IncidentChangeKind, IncidentResolution } from "../../schemas/wire/incident.ts";
import { worseFirst } from "../checks/exception-table.ts";
import { addMinutes } from "../checks/moment.ts";

/** What is known of a cause now: an incident as found, before anybody did anything about it. */
export type Finding = Pick<
  Incident,
  | "code"
  | "class"
  | "severity"
  | "ownerRole"
  | "words"
  | "cause"
  | "entities"
  | "periods"
  | "flows"
  | "causeCount"
  | "exceptionCount"
  | "amount"
  | "currency"
  | "impact"
  | "holds"
  | "sinceAt"
  | "dueAt"
  | "runbook"
> & { causeKey: string };

/** An incident as the fold needs it: what is kept, without its number. */
export type Known = Omit<Incident, "number" | "sequence" | "revision"> & { causeKey: string };

/** What becomes of an incident: its next state, and what others are told of it; null where nobody need be told. */
export interface Folded {
  next: Known;
  isNew: boolean;
  told: { change: IncidentChangeKind; text: string; detail: Record<string, unknown> } | null;
}

export interface Found {
  findings: readonly Finding[];
  /** Causes that are now known to be brought about by another: their key → that of the other. */
  absorbed: ReadonlyMap<string, string>;
  /** Systems nothing can be said about now. */
  blind: ReadonlySet<string>;
  now: string;
}

/** Minutes a cause must have been gone before its incident counts as resolved; longer where it comes and goes. */
const QUIET_MINUTES = 15;
const FLAPPING_QUIET_MINUTES = 120;
/** Minutes within which the same cause opens its incident again rather than a new one. */
const RETURN_MINUTES = 24 * 60;
/** So often come back, it flaps. */
const FLAPPING = 2;

/** From when on resolved incidents may open again. */
export function returnsFrom(now: string): string {
  return addMinutes(now, -RETURN_MINUTES);
}

/**
 * Carries incidents on by what is found now. Of the same findings the same incidents are open, in whatever order and in
 * however many steps they came to be known.
 *
 * @param known everything not resolved, and what was resolved since `returnsFrom(now)`
 * @param newId makes an id
 */
export function foldIncidents(known: readonly Known[], found: Found, newId: () => string): Folded[] {
  const live = new Map(known.filter(({ state }) => state !== "resolved").map((each) => [each.causeKey, each]));
  const returning = new Map(
    known
      .filter(({ state, resolvedAt }) => state === "resolved" && resolvedAt! >= returnsFrom(found.now))
      .toSorted((a, b) => (a.resolvedAt! < b.resolvedAt! ? -1 : 1))
      .map((each) => [each.causeKey, each]),
  );
  const folded: Folded[] = [];
  const ids = new Map<string, string>();
  for (const finding of found.findings) {
    const standing = live.get(finding.causeKey);
    const before = returning.get(finding.causeKey);
    const step = standing
      ? goOn(standing, finding, found.now)
      : before
        ? comeBack(before, finding, found.now)
        : open(finding, found.now, newId());
    ids.set(finding.causeKey, step?.next.id ?? standing!.id);
    if (step) folded.push(step);
  }
  for (const standing of live.values()) {
    if (ids.has(standing.causeKey)) continue;
    const step = fade(standing, found, ids);
    if (step) folded.push(step);
  }
  return folded;
}

function open(finding: Finding, now: string, id: string): Folded {
  const next: Known = {
    ...finding,
    ...{ id, state: "open", openedAt: now, changedAt: now, acknowledgedAt: null, acknowledgedBy: null, assignee: null },
    ...{ snoozedUntil: null, snoozedMilestone: null, quietSinceAt: null, resolvedAt: null, resolution: null },
    ...{ reopened: 0, flapping: false, postMortem: null },
  };
  return { next, isNew: true, told: { change: "opened", text: finding.words.engineering.title, detail: {} } };
}

function comeBack(before: Known, finding: Finding, now: string): Folded {
  // What turned out to be part of another and stands by itself again did not come back: it was there all along.
  const apart = before.resolution?.how === "part of another";
  const reopened = before.reopened + (apart ? 0 : 1);
  const next: Known = {
    ...{ ...before, ...finding, state: "open", changedAt: now, acknowledgedAt: null, acknowledgedBy: null },
    ...{ snoozedUntil: null, snoozedMilestone: null, quietSinceAt: null, resolvedAt: null, resolution: null },
    ...{ reopened, flapping: reopened >= FLAPPING },
  };
  const text = apart ? "It stands by itself again." : "Its cause is back.";
  return { next, isNew: false, told: { change: "reopened", text, detail: { times: reopened } } };
}

function goOn(standing: Known, finding: Finding, now: string): Folded | null {
  const worse = worseFirst(finding.severity, standing.severity) < 0;
  const over = standing.state === "snoozed" && standing.snoozedUntil! <= now;
  const awake = standing.state === "snoozed" && (worse || over);
  const next: Known = {
    ...{ ...standing, ...finding, quietSinceAt: null },
    // What fails anew for the same reason has been there since it first did.
    sinceAt: finding.sinceAt < standing.sinceAt ? finding.sinceAt : standing.sinceAt,
    ...(awake ? { state: "open" as const, snoozedUntil: null, snoozedMilestone: null } : {}),
  };
  const told = worse
    ? toldOf("worsened", `Now ${finding.severity}, it was ${standing.severity}.`, { from: standing.severity })
    : over
      ? toldOf("woken", "The time it was put aside for is over.", {})
      : changeOf(standing, finding);
  if (!told && same(next, standing)) return null;
  return { next: { ...next, changedAt: told ? now : standing.changedAt }, isNew: false, told };
}

/** What is worth telling of a cause that stands: less severe, or more than before hit by it. */
function changeOf(standing: Known, finding: Finding): Folded["told"] {
  if (standing.severity !== finding.severity) {
    return toldOf("changed", `Now ${finding.severity}, it was ${standing.severity}.`, { from: standing.severity });
  }
  const joined = finding.entities.filter((id) => !standing.entities.includes(id));
  return joined.length > 0 ? toldOf("changed", `It now hits ${joined.join(", ")} too.`, { entities: joined }) : null;
}

/** A cause that is not found any more: part of another, out of sight, or gone, and resolved once it has been for long. */
function fade(standing: Known, { absorbed, blind, now }: Found, ids: ReadonlyMap<string, string>): Folded | null {
  const over = {
    state: "resolved" as const,
    resolvedAt: now,
    changedAt: now,
    snoozedUntil: null,
    snoozedMilestone: null,
  };
  const into = ids.get(absorbed.get(standing.causeKey) ?? "");
  if (into !== undefined) {
    const text = "It turned out to be part of another incident.";
    const resolution: IncidentResolution = { how: "part of another", text, by: null, into };
    return { next: { ...standing, ...over, resolution }, isNew: false, told: toldOf("resolved", text, { into }) };
  }
  if (standing.cause.system !== null && blind.has(standing.cause.system)) return null;
  const quietSinceAt = standing.quietSinceAt ?? now;
  const minutes = standing.flapping ? FLAPPING_QUIET_MINUTES : QUIET_MINUTES;
  if (addMinutes(quietSinceAt, minutes) > now) {
    return standing.quietSinceAt === null ? { next: { ...standing, quietSinceAt }, isNew: false, told: null } : null;
  }
  const text = "Its cause is gone.";
  const resolution: IncidentResolution = { how: "cause gone", text, by: null, into: null };
  const next: Known = { ...standing, ...over, quietSinceAt, resolution, causeCount: 0, exceptionCount: 0 };
  return { next, isNew: false, told: toldOf("resolved", text, { quietSinceAt }) };
}

function toldOf(change: IncidentChangeKind, text: string, detail: Record<string, unknown>): Folded["told"] {
  return { change, text, detail };
}

function same(a: Known, b: Known): boolean {
  return (Object.keys(a) as (keyof Known)[]).every((key) => isDeepStrictEqual(a[key], b[key]));
}
