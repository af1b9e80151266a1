import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { filled } from "../job-name.ts";
import { periodNamed } from "../period-name.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Job, Settings } from "./settings.ts";
import { column, messageIdOf, type OneViewRow } from "./vendor.ts";

export const PRODUCER = producerOf("infor-ion");

/** Types of events as documented; the first that fits counts. What was delivered once may be delivered again. */
const STATES: readonly [RegExp, RunState][] = [
  [/entered ION/i, "queued"],
  [/delivered|migrated to Data ?Lake/i, "complete"],
  [/\bsent\b|consumed|document (?:updated|triggered)/i, "running"],
];

/** What the descriptions of events say; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern:
      /(?:(?<count>\d+) lines?: )?(?<dimension>[\w ]+?) ['"]?(?<member>[^'"\s]+)['"]? (?:is not defined|does not exist|was not found)/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern: /(?:(?<count>\d+) lines?: )?.*\bcombination\b.*\b(?:not allowed|not valid|invalid)/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern: /(?:(?<count>\d+) lines?: )?.*\bperiod\b.*\b(?:closed|not open)/i,
    code: "period-closed-at-target",
    class: "business",
  },
  { pattern: /accounting entity\b.*\b(?:unknown|not found|invalid)/i, code: "missing-entity", class: "business" },
  { pattern: /duplicate message|already processed/i, code: "duplicate-load", class: "control" },
  { pattern: /429|throttl|quota|too many requests/i, code: "api-limit", class: "technical" },
  { pattern: /401|unauthori[sz]ed|credential|token.*expired/i, code: "credential-expiry", class: "technical" },
  { pattern: /schema|no route|mapping error|cvc-|xpath/i, code: "contract-drift", class: "technical" },
  { pattern: /queue.*(?:full|blocked)|inactive connection point/i, code: "queue-backlog", class: "technical" },
  { pattern: /time[d ]?out|connection|exception|5\d\d|failed/i, code: "job-failed", class: "technical" },
];

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** One message with all that happened to it. */
export interface Message {
  row: OneViewRow;
  events: readonly OneViewRow[];
}

/** What one event says of its message; null for a type nobody can place. */
export function stateOfEvent(type: string, { otherEvents }: Settings): RunState | null {
  const lower = type.toLowerCase();
  const other = Object.entries(otherEvents).find(([part]) => lower.includes(part.toLowerCase()));
  if (other) return other[1];
  return STATES.find(([pattern]) => pattern.test(type))?.[1] ?? null;
}

/**
 * Where a message stands after its events, which ION tells without one: the last that says something counts, and it is
 * delivered once enough receivers have it.
 */
export function standingOf(events: readonly OneViewRow[], receivers: number, settings: Settings) {
  const { type, date } = settings.events;
  const ordered = events.toSorted((one, other) => (column(one, date) < column(other, date) ? -1 : 1));
  let state: RunState | null = null;
  let last: OneViewRow | null = null;
  let begun: OneViewRow | null = null;
  let delivered = 0;
  for (const event of ordered) {
    const says = stateOfEvent(column(event, type), settings);
    if (says === null) continue;
    if (says === "complete") delivered += 1;
    const reached = says === "complete" && delivered < receivers ? "running" : says;
    // What a receiver does with a document after all of them have it changes nothing.
    if (state === "complete" && reached === "running") continue;
    if (reached !== "queued") begun ??= event;
    [state, last] = [reached, event];
  }
  return { state, last, begun, first: ordered[0] ?? null };
}

/** The declared job a type of documents belongs to. */
export function jobOf(documentType: string, settings: Settings): Job | undefined {
  return settings.jobs.find((job) => job.documentType === documentType);
}

/** Every event a message's history implies, oldest first. */
export function messageEvents({ row, events }: Message, { namespace, settings }: Mapping): RunEvent[] {
  const { type, date } = settings.events;
  const job = jobOf(column(row, "document_type"), settings);
  const { state, last, begun, first } = standingOf(events, job?.receivers ?? 1, settings);
  const queuedAt = instant(column(row, "message_date")) ?? (first && instant(column(first, date)));
  if (!queuedAt) return [];
  const entity = column(row, settings.accountingEntity);
  const name = column(row, "document_name");
  const period = periodNamed(new RegExp(settings.documentName.period).exec(name)?.groups?.period);
  const place = { ...(entity && { entity }), ...(period && { period }) };
  const text = last ? column(last, "description") || column(last, type) : "";
  return seenRunEvents(PRODUCER, namespace, {
    key: messageIdOf(row),
    job: job ? filled(job.name, entity) : column(row, "document_type") || "unnamed document",
    queuedAt,
    startedAt: begun && instant(column(begun, date)),
    endedAt: hasEnded(state) && last ? instant(column(last, date)) : null,
    state: state ?? "queued",
    vendorStatus: last ? column(last, type) : "Message entered ION",
    words: { queued: "Message entered ION", running: "Message sent" },
    exceptions: state === "failed" ? text.split("\n").map((line) => ({ ...exceptionOf(line, RULES), ...place })) : [],
    correlationId: new RegExp(settings.documentName.batch).exec(name)?.groups?.batch ?? null,
    fills: job,
    position:
      job && entity && period
        ? { entity, ledger: settings.ledger?.ledger ?? "", period, version: settings.version }
        : null,
    completeThrough: job?.completeThrough === "start" ? queuedAt : null,
  });
}

export function instant(text: string): string | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
