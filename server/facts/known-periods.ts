import type { PeriodStatus } from "../../schemas/event/facets.ts";
import type { StatedPeriod } from "../../schemas/run.ts";

/** One statement of one event on one ledger or subledger. */
export interface PeriodStatement extends Pick<
  StatedPeriod,
  "namespace" | "name" | "entity" | "ledger" | "subledger" | "period" | "status" | "native"
> {
  /** Event time. */
  at: string;
  eventId: string;
}

export interface KnownPeriods {
  /** Answers whether it was news. */
  add(statement: PeriodStatement): boolean;
  /** As told last, ledgers and subledgers in a fixed order. */
  of(entity: string, period: string): StatedPeriod[];
}

/** Statements kept of one ledger or subledger in one period, and of how many of those; the oldest make room. */
const MOST_STATEMENTS = 200;
const MOST_SLOTS = 50_000;

/** Least shut first. */
const SHUT: readonly PeriodStatus[] = ["future", "open", "soft", "closed", "locked"];
const CLOSED = SHUT.indexOf("closed");
const SOFT = SHUT.indexOf("soft");

/** Whether periods are open or shut, as told in any order and however often. */
export function createKnownPeriods(): KnownPeriods {
  const slots = new Map<string, PeriodStatement[]>();
  const places = new Map<string, Set<string>>();

  return {
    add(statement) {
      const { namespace, name, entity, ledger, subledger, period } = statement;
      const key = JSON.stringify([namespace, name, entity, ledger, subledger, period]);
      const known = slots.get(key) ?? [];
      if (known.some(({ at, eventId }) => at === statement.at && eventId === statement.eventId)) return false;
      slots.set(key, [...known, statement].sort(inTime).slice(-MOST_STATEMENTS));
      const place = placeOf(entity, period);
      places.set(place, (places.get(place) ?? new Set()).add(key));
      if (slots.size > MOST_SLOTS) letFirstGo(slots, places);
      return true;
    },
    of: (entity, period) =>
      [...(places.get(placeOf(entity, period)) ?? [])].sort().map((key) => statedOf(slots.get(key)!)),
  };
}

/** How it stands after a row of statements, since when, and whether it was opened again after it had been shut. */
function statedOf(statements: readonly PeriodStatement[]): StatedPeriod {
  const last = statements.at(-1)!;
  let sinceAt = statements[0]!.at;
  let softAt: string | null = null;
  let shutAt: string | null = null;
  let reopenedAt: string | null = null;
  for (const [step, { status, at }] of statements.entries()) {
    const before = step === 0 ? -1 : SHUT.indexOf(statements[step - 1]!.status);
    const now = SHUT.indexOf(status);
    if (now !== before) sinceAt = at;
    if (now >= SOFT && before < SOFT) softAt = at;
    if (now >= CLOSED && before < CLOSED) shutAt = at;
    if (now < before && before >= SOFT) reopenedAt = at;
  }
  const { at: _, eventId: _id, ...stated } = last;
  return { ...stated, sinceAt, softAt, shutAt, reopenedAt };
}

function letFirstGo(slots: Map<string, PeriodStatement[]>, places: Map<string, Set<string>>): void {
  const [key, statements] = slots.entries().next().value!;
  const { entity, period } = statements[0]!;
  slots.delete(key);
  const place = places.get(placeOf(entity, period));
  place?.delete(key);
  if (place?.size === 0) places.delete(placeOf(entity, period));
}

function placeOf(entity: string, period: string): string {
  return `${entity}\n${period}`;
}

function inTime(one: PeriodStatement, other: PeriodStatement): number {
  return one.at === other.at ? (one.eventId < other.eventId ? -1 : 1) : one.at < other.at ? -1 : 1;
}
