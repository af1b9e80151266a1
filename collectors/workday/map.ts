import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import type { LedgerLine } from "../ledger-book.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Ledger, WorkdaySettings } from "./settings.ts";
import { idOf, type IntegrationEvent } from "./vendor.ts";

export const PRODUCER = producerOf("workday");

/** Workday's texts in messages of integration events and in faults; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern: /\b(?:accounting )?period\b.*\b(?:closed|locked|not open)\b/i,
    code: "period-closed-at-target",
    class: "business",
  },
  {
    pattern: /Invalid ID value\. +'(?<member>[^']+)' is not a valid ID value for type = '(?<dimension>[^']+)'/i,
    code: "unmapped-member",
    class: "business",
  },
  { pattern: /(?:company|organi[sz]ation) .*(?:inactive|does not exist)/i, code: "missing-entity", class: "business" },
  {
    pattern: /(?:worktags?|combination)\b.*\b(?:not allowed|not valid|invalid|related)\b/i,
    code: "invalid-combination",
    class: "business",
  },
  { pattern: /duplicate|already (?:exists|been (?:used|loaded))/i, code: "duplicate-load", class: "business" },
  {
    pattern:
      /(?:task|domain|not) (?:submitted is not )?authorized|password|credential|authentication|certificate|token/i,
    code: "credential-expiry",
    class: "technical",
  },
  { pattern: /too many requests|throttl|limit exceeded/i, code: "api-limit", class: "technical" },
  {
    pattern: /required (?:field|element)|schema|xsd|unexpected element|column/i,
    code: "contract-drift",
    class: "technical",
  },
  { pattern: /error|failed|exception|timed? ?out|could not|unable/i, code: "job-failed", class: "technical" },
];

/** The event's own key: 32 hexadecimal digits. */
export function keyOf(event: IntegrationEvent): string {
  return idOf(event.Integration_Event_Reference, "WID") ?? "";
}

export function integrationOf({ Integration_Event_Data: data }: IntegrationEvent): string {
  const reference = data.Integration_System_Reference;
  return idOf(reference, "Integration_System_ID") ?? reference?.["@Descriptor"] ?? "An integration without a name";
}

/** A launch parameter's value. */
export function parameterOf({ Integration_Event_Data: data }: IntegrationEvent, name: string): string | null {
  const found = data.Integration_Runtime_Parameter_Data.find(({ Parameter_Name }) => Parameter_Name === name);
  return found?.Text?.trim() || found?.Date || null;
}

/** The id of its status, or its word where the id has none. */
export function statusOf({ Background_Process_Instance_Data: data }: IntegrationEvent): string {
  const reference = data.Background_Process_Instance_Status_Reference;
  return idOf(reference, "Background_Process_Instance_Status_ID") ?? reference?.["@Descriptor"] ?? "";
}

/** Where an event stands; null for a status nobody declared. `Completed with Errors` is `COMPLETED_WITH_ERRORS`. */
export function stateOf(event: IntegrationEvent, settings: WorkdaySettings): RunState | null {
  const status = statusOf(event).toUpperCase().replaceAll(/[ -]+/g, "_");
  const state = settings.statuses[status] ?? null;
  const outbound = jobNamed(settings.jobs, integrationOf(event))?.job.direction === "outbound";
  return state === "partial" && outbound ? "failed" : state;
}

/** When it began, ISO 8601 in UTC; Workday writes the tenant's offset. */
export function initiatedAt({ Integration_Event_Data: data }: IntegrationEvent): string {
  return iso(data.Initiated_DateTime) ?? new Date(0).toISOString();
}

/** Every event an integration event's present state implies, oldest first. */
export function integrationEvents(
  event: IntegrationEvent,
  { namespace, settings }: { namespace: string; settings: WorkdaySettings },
): RunEvent[] {
  const { Integration_Event_Data: data, Background_Process_Instance_Data: process } = event;
  const { parameters: names } = settings;
  const job = integrationOf(event);
  const declared = jobNamed(settings.jobs, job);
  const state = stateOf(event, settings);
  const period = periodNamed(parameterOf(event, names.period));
  const place = declared && placeOf(declared.job, declared.entity || parameterOf(event, names.entity), period);
  const snapshotAsOf = iso(parameterOf(event, names.snapshotAsOf));
  const begun = declared?.job.completeThrough === "start" ? initiatedAt(event) : null;
  const parent = idOf(process.Parent_Event_Reference, "WID");
  const progress = Number(data.Percent_Complete);
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: keyOf(event), job, queuedAt: initiatedAt(event), endedAt: iso(data.Completed_DateTime) },
    // Workday tells no time of its own for the begin of work.
    startedAt: state === "queued" ? null : initiatedAt(event),
    ...{ state, vendorStatus: statusOf(event) || "no status" },
    words: { queued: "Initiated", running: "Processing" },
    counts: hasEnded(state) || !(progress > 0 && progress <= 1) ? {} : { progress },
    exceptions: exceptionsOf(event, state, place ?? null),
    correlationId: parameterOf(event, names.batch),
    parent: parent
      ? { key: parent, job: process.Parent_Event_Reference?.["@Descriptor"] ?? "Parent integration" }
      : undefined,
    fills: declared?.job,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf ?? begun,
  });
}

/** One exception for each text, with how often it was said; 500 are kept by Workday, and no more. */
function exceptionsOf(
  { Integration_Event_Data: data, Background_Process_Instance_Data: process }: IntegrationEvent,
  state: RunState | null,
  place: { entity: string; period: string } | null,
): RunException[] {
  if (!hasEnded(state) || state === "complete" || state === "aborted") return [];
  const said = process.Background_Process_Message_Data.map(({ Message_Detail, Message_Summary }) =>
    (Message_Detail || Message_Summary || "").trim(),
  ).filter(Boolean);
  const texts = said.length > 0 ? said : [data.Integration_Response_Message || "The integration gave no reason."];
  return [...Map.groupBy(texts, (text) => text)].map(([text, alike]) => ({
    ...exceptionOf(text, RULES),
    ...(said.length > 0 && state !== "failed" && { count: alike.length }),
    ...(place && { entity: place.entity, period: place.period }),
  }));
}

/** A row of the ledger's report, or null where it is of a company nobody declared. */
export function ledgerLineOf(row: Record<string, unknown>, period: string, ledger: Ledger): LedgerLine | null {
  const cell = (column: keyof Ledger["columns"]) => textOf(row[ledger.columns[column]]);
  const entity = Object.keys(ledger.entities).find((each) => ledger.entities[each] === cell("entity"));
  if (!entity) return null;
  const [debit, credit, count] = [cell("debit") || "0", cell("credit") || "0", cell("count")];
  return {
    entity,
    period,
    account: cell("account"),
    currency: cell("currency"),
    debit,
    credit,
    count: count || undefined,
  };
}

/** Values of a report are text, numbers, or references with a descriptor. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value.trim();
  if (value && typeof value === "object" && "Descriptor" in value) return textOf(value.Descriptor);
  return "";
}

function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
