import * as z from "zod";
import type { ControlTotal, OutcomeFacet, Position, Qualifier, RunException } from "../../schemas/event/facets.ts";
import { DecimalString } from "../../schemas/instant.ts";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import { filled, jobPattern } from "../job-name.ts";
import { odataInstant } from "../odata.ts";
import { runIdOf } from "../run-id.ts";
import { producerOf, signedRun } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { IFlow, Settings } from "./settings.ts";
import { hasError, type MessageLog } from "./vendor.ts";

const PRODUCER = producerOf("sap-integration-suite");

/** What iFlows' error texts say, most telling first. */
const ERROR_TEXTS: readonly TextRule[] = [
  {
    pattern: /\b(?:no mapping|unmapped|not mapped|unknown member)\b.*?["'](?<member>[^"']+)["']/is,
    code: "unmapped-member",
    class: "business",
  },
  { pattern: /\bperiod\b.*\b(?:closed|locked|not open)\b/is, code: "period-closed-at-target", class: "business" },
  { pattern: /\bstatus ?code:? ?429\b|too many requests|rate limit|quota/i, code: "api-limit", class: "technical" },
  {
    pattern:
      /\bstatus ?code:? ?401\b|(?:token|certificate|credential)s? (?:has |have |is |are )?expired|invalid_client/i,
    code: "credential-expiry",
    class: "technical",
  },
  { pattern: /duplicate (?:message|exchange|entry)|already processed/i, code: "duplicate-load", class: "control" },
  { pattern: /schema validation|cvc-|unexpected (?:element|field)/i, code: "contract-drift", class: "technical" },
  { pattern: /queue.*(?:full|overdue|capacity)/i, code: "queue-backlog", class: "technical" },
  {
    pattern: /timed? ?out|connection (?:refused|reset)|UnknownHost|status ?code:? ?5\d\d|Exception\b/i,
    code: "job-failed",
    class: "technical",
  },
];

/** Statuses as documented, in OpenLineage's words. What is not here leaves the run as it is. */
const EVENT_TYPES: Record<string, EventType> = {
  PROCESSING: "RUNNING",
  RETRY: "RUNNING",
  COMPLETED: "COMPLETE",
  FAILED: "FAIL",
  ESCALATED: "FAIL",
  ABANDONED: "FAIL",
  ERROR: "FAIL",
  CANCELLED: "ABORT",
  DISCARDED: "ABORT",
};

/** A retry waits for its turn. A discarded message is a scheduler's duplicate start, so no deadline may count it. */
const QUALIFIERS: Record<string, Qualifier> = { RETRY: "held", DISCARDED: "superseded" };

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** What is known beside the row itself. */
export interface Sighting {
  first: boolean;
  attempt: number;
  /** The tenant's error text; empty unless the message failed. */
  errorText: string;
}

/** A message processing log's row as run events: START once, and where the message stands now. */
export function messageEvents(row: MessageLog, sighting: Sighting, mapping: Mapping): RunEvent[] {
  const message = readMessage(row, mapping);
  const events = sighting.first ? [eventOf(message, "START", message.startedAt, startFacets(message))] : [];
  const type = EVENT_TYPES[row.Status] ?? "OTHER";
  const adds = type !== "RUNNING" || !sighting.first || message.downstream !== undefined || sighting.attempt > 1;
  if (adds) events.push(eventOf(message, type, message.changedAt, stateFacets(message, sighting), true));
  return events;
}

/** A row with what its name and headers mean. */
interface Message {
  row: MessageLog;
  mapping: Mapping;
  iflow: IFlow | null;
  name: string;
  startedAt: string;
  changedAt: string;
  header(name: string): string;
  position: Position | null;
  totals: ControlTotal[];
  /** Headers that do not keep the convention. */
  drift: RunException[];
  upstream: object | undefined;
  downstream: object | undefined;
}

function readMessage(row: MessageLog, mapping: Mapping): Message {
  const { settings } = mapping;
  const name = row.IntegrationFlowName ?? "unnamed iFlow";
  const matched = settings.iflows
    .map((iflow) => ({ iflow, entity: jobPattern(iflow.name).entityIn(name) }))
    .find(({ entity }) => entity !== null);
  const headers = new Map(row.CustomHeaderProperties?.results.map((each) => [each.Name, each.Value?.trim() ?? ""]));
  const header = (key: string) => headers.get(key) ?? "";
  const startedAt = odataInstant(row.LogStart) ?? new Date(0).toISOString();
  const entity = header(settings.headers.entity) || matched?.entity || "";
  const message: Message = {
    row,
    mapping,
    iflow: matched?.iflow ?? null,
    name,
    startedAt,
    changedAt: odataInstant(row.LogEnd) ?? startedAt,
    header,
    position: positionOf(header, entity, settings),
    totals: [],
    drift: [],
    upstream: referenceOf(matched?.iflow.upstream, header, entity),
    downstream: referenceOf(matched?.iflow.downstream, header, entity),
  };
  if (message.iflow && message.position && row.Status === "COMPLETED") readTotals(message, message.position);
  return message;
}

function positionOf(header: (key: string) => string, entity: string, settings: Settings): Position | null {
  const period = /^(\d{4})-?0?(\d\d)$/.exec(header(settings.headers.period));
  if (!entity || !period) return null;
  const snapshot = odataInstant(header(settings.headers.snapshotAsOf));
  return {
    entity,
    ledger: settings.ledger,
    period: `${period[1]}-${period[2]}`,
    version: settings.version,
    ...(snapshot && { snapshotAsOf: snapshot }),
  };
}

function readTotals(message: Message, position: Position): void {
  const { headers } = message.mapping.settings;
  const measures = [
    ["count", headers.recordCount, z.string().regex(/^\d+$/)],
    ["debit", headers.debitTotal, DecimalString],
    ["credit", headers.creditTotal, DecimalString],
    ["net", headers.controlTotal, DecimalString],
  ] as const;
  for (const [measure, key, shape] of measures) {
    const value = message.header(key);
    if (!value) continue;
    if (!shape.safeParse(value).success) {
      const text = `Custom header ${key} is not a number: "${value.slice(0, 60)}".`;
      message.drift.push({ code: "contract-drift", class: "technical", message: text, entity: position.entity });
      continue;
    }
    message.totals.push({
      period: position.period,
      entity: position.entity,
      ledger: position.ledger,
      version: position.version,
      account: "",
      currency: message.header(headers.currency),
      measure,
      value,
      ...(message.row.ApplicationMessageId && { correlationId: message.row.ApplicationMessageId }),
    });
  }
}

function referenceOf(reference: IFlow["upstream"], header: (key: string) => string, entity: string) {
  const key = reference && header(reference.header);
  if (!key) return undefined;
  return {
    job: { namespace: reference.namespace, name: filled(reference.job, entity) },
    run: { runId: runIdOf(reference.namespace, key) },
    dependency_type: "DIRECT_INVOCATION",
  };
}

function correlationOf(message: Message, attempt: number) {
  const correlationId = message.row.ApplicationMessageId || message.row.CorrelationId;
  return correlationId ? { correlationId, attempt } : undefined;
}

function startFacets(message: Message): Record<string, object | undefined> {
  return {
    tieout_outcome: { vendorStatus: "PROCESSING" },
    tieout_correlation: correlationOf(message, 1),
    jobDependencies: message.upstream && { upstream: [message.upstream] },
  };
}

function stateFacets(message: Message, sighting: Sighting): Record<string, object | undefined> {
  const { row, upstream, downstream } = message;
  const exceptions = [...message.drift];
  const place = message.position && { entity: message.position.entity, period: message.position.period };
  if (hasError(row.Status)) {
    exceptions.push({ ...exceptionOf(sighting.errorText || `The message is ${row.Status}.`, ERROR_TEXTS), ...place });
  }
  return {
    tieout_outcome: outcomeOf(message),
    tieout_correlation: correlationOf(message, sighting.attempt),
    tieout_exceptions: exceptions.length > 0 ? { exceptions } : undefined,
    errorMessage: sighting.errorText ? { message: sighting.errorText, programmingLanguage: "Text" } : undefined,
    jobDependencies:
      upstream || downstream
        ? { ...(upstream && { upstream: [upstream] }), ...(downstream && { downstream: [downstream] }) }
        : undefined,
  };
}

function outcomeOf({ row, mapping, totals }: Message): OutcomeFacet {
  const { customStatuses } = mapping.settings;
  const qualifier = QUALIFIERS[row.Status] ?? customStatuses[row.CustomStatus ?? ""];
  const count = totals.find((total) => total.measure === "count");
  return {
    vendorStatus: row.Status,
    ...(qualifier && { qualifier }),
    ...(row.CustomStatus && { customStatus: row.CustomStatus }),
    ...(count && { rowsWritten: Number(count.value) }),
  };
}

function eventOf(
  message: Message,
  eventType: EventType,
  at: string,
  facets: Record<string, object | undefined>,
  delivered = false,
): RunEvent {
  const { mapping, iflow, position, totals, row } = message;
  const complete = delivered && row.Status === "COMPLETED" && position?.snapshotAsOf;
  const reached = position && { ...position, ...(complete && { completeThrough: position.snapshotAsOf }) };
  return signedRun(PRODUCER, {
    eventType,
    at,
    runId: runIdOf(mapping.namespace, row.MessageGuid),
    job: { namespace: mapping.namespace, name: message.name },
    facets,
    inputs: iflow?.inputs ?? [],
    outputs: iflow
      ? [
          {
            namespace: mapping.namespace,
            name: iflow.dataset,
            facets: {
              tieout_position: reached ? { positions: [reached] } : undefined,
              tieout_controlTotals: delivered && totals.length > 0 ? { asOf: at, totals } : undefined,
            },
          },
        ]
      : [],
  });
}
