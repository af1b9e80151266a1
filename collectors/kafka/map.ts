import * as z from "zod";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import { Measure, type RunException } from "../../schemas/event/facets.ts";
import { DecimalString } from "../../schemas/instant.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { runIdOf } from "../run-id.ts";
import { producerOf, signedRun } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Message } from "./message.ts";
import type { Settings } from "./settings.ts";

const PRODUCER = producerOf("kafka");

/** What an event's type ends with; what is not here changes no state. */
const TYPES: readonly (readonly [RegExp, EventType])[] = [
  [/\.(started|queued)$/, "START"],
  [/\.(progressed|running|retrying|held)$/, "RUNNING"],
  [/\.(completed|succeeded|partial)$/, "COMPLETE"],
  [/\.(failed|timedout)$/, "FAIL"],
  [/\.(aborted|cancelled)$/, "ABORT"],
];

const RULES: readonly TextRule[] = [
  { pattern: /(?:unmapped|not mapped).*?["'](?<member>[^"']+)["']/i, code: "unmapped-member", class: "business" },
  { pattern: /\bperiod\b.*\b(?:closed|locked)\b/i, code: "period-closed-at-target", class: "business" },
  { pattern: /schema|deserializ|converter|SerializationException/i, code: "contract-drift", class: "technical" },
  { pattern: /429|too many requests|throttl/i, code: "api-limit", class: "technical" },
  { pattern: /error|exception|failed|timed? ?out|not reached/i, code: "job-failed", class: "technical" },
];

const Moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/** What `data` of an event about a run says; the contract with those who write it. */
const RunData = z.looseObject({
  runId: z.string().min(1),
  job: z.string().min(1),
  entity: z.string().optional(),
  period: z.string().optional(),
  snapshotAsOf: Moment.optional(),
  rowsRead: z.int().min(0).optional(),
  rowsWritten: z.int().min(0).optional(),
  rowsRejected: z.int().min(0).optional(),
  errors: z.array(z.string()).default([]),
  controlTotals: z
    .array(
      z.looseObject({
        ...{ measure: Measure, value: DecimalString },
        ...{ currency: z.string().default(""), account: z.string().default("") },
      }),
    )
    .default([]),
});

const CloudEvent = z.looseObject({
  ...{ specversion: z.string(), id: z.string(), source: z.string(), type: z.string(), time: Moment },
  ...{ correlationid: z.string().optional(), causationid: z.string().optional(), data: RunData },
});
type CloudEvent = z.infer<typeof CloudEvent>;

const Lineage = z.looseObject({
  ...{ eventTime: z.string().min(10), run: z.looseObject({ runId: z.string() }) },
  job: z.looseObject({ namespace: z.string(), name: z.string() }),
});

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** A message as a run event: a CloudEvent about a run, OpenLineage as it is, a dead letter, or one nobody can read. */
export function messageEvent(message: Message, mapping: Mapping): RunEvent {
  const topic = mapping.settings.topics.find(({ name }) => name === message.topic);
  if (topic?.deadLetters) return letterEvent(message, mapping);
  if (message.unreadable) return unreadable(message, mapping, message.unreadable);
  const value = jsonOf(message.value);
  const lineage = Lineage.safeParse(value);
  if (lineage.success) return { inputs: [], outputs: [], ...(lineage.data as object) } as unknown as RunEvent;
  const event = CloudEvent.safeParse(cloudEventOf(message, value));
  return event.success ? runEvent(event.data, mapping) : unreadable(message, mapping, z.prettifyError(event.error));
}

/** Binary mode has the attributes in headers, structured mode in the value. */
function cloudEventOf({ headers }: Message, value: unknown): unknown {
  if (!headers.ce_specversion) return value;
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith("ce_"));
  return { ...Object.fromEntries(attributes.map(([name, text]) => [name.slice(3), text])), data: value };
}

function runEvent(
  { type, time, correlationid, causationid, data }: CloudEvent,
  { namespace, settings }: Mapping,
): RunEvent {
  const eventType = TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? "OTHER";
  const declared = jobNamed(settings.jobs, data.job);
  const place = declared && placeOf(declared.job, data.entity || declared.entity, periodNamed(data.period));
  const { rowsRead, rowsWritten, rowsRejected, snapshotAsOf } = data;
  const isPartial = eventType === "COMPLETE" && ((rowsRejected ?? 0) > 0 || type.endsWith(".partial"));
  const delivered = eventType === "COMPLETE";
  const exceptions = data.errors.map((text): RunException => {
    const at = place && { entity: place.entity, period: place.period };
    return { ...exceptionOf(text, RULES), ...at };
  });
  const totals = place
    ? data.controlTotals.map((total) => ({
        ...place,
        ...total,
        ...(correlationid && { correlationId: correlationid }),
      }))
    : [];
  const reached = place && {
    ...{ ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    ...(delivered && snapshotAsOf && { completeThrough: snapshotAsOf }),
  };
  return signedRun(PRODUCER, {
    ...{ eventType, at: time, runId: runIdOf(namespace, data.runId), job: { namespace, name: data.job } },
    facets: {
      tieout_outcome: {
        vendorStatus: type,
        ...(isPartial && { qualifier: "partial" as const }),
        ...(type.endsWith(".held") && { qualifier: "held" as const }),
        ...{ rowsRead, rowsWritten, rowsRejected },
      },
      tieout_correlation: correlationid
        ? { correlationId: correlationid, ...(causationid && { causationId: causationid }) }
        : undefined,
      tieout_exceptions: exceptions.length > 0 ? { exceptions } : undefined,
      errorMessage:
        eventType === "FAIL" && data.errors.length > 0
          ? { message: data.errors.join("\n"), programmingLanguage: "Text" }
          : undefined,
    },
    inputs: declared?.job.inputs ?? [],
    outputs: declared
      ? [
          {
            ...{ namespace, name: declared.job.dataset },
            facets: {
              tieout_position: reached ? { positions: [reached] } : undefined,
              tieout_controlTotals: delivered && totals.length > 0 ? { asOf: time, totals } : undefined,
            },
          },
        ]
      : [],
  });
}

/** What a connector could not deliver. Kafka Connect says in headers where it came from and why it failed. */
function letterEvent(message: Message, mapping: Mapping): RunEvent {
  const of = (name: string) => message.headers[`__connect.errors.${name}`];
  const reason = of("exception.message") ?? of("exception.class.name") ?? "A message could not be delivered.";
  const from = of("topic") ? ` (${of("topic")}, offset ${of("offset") ?? "unknown"})` : "";
  return ownEvent(message, mapping, "FAIL", { ...exceptionOf(reason, RULES), message: `${reason}${from}` });
}

function unreadable(message: Message, mapping: Mapping, why: string): RunEvent {
  const text = `A message of ${message.topic} is neither an event about a run nor OpenLineage: ${why.slice(0, 300)}`;
  return ownEvent(message, mapping, "OTHER", { code: "contract-drift", class: "technical", message: text });
}

/** An event about the message itself, which is all that is known. */
function ownEvent(message: Message, { namespace }: Mapping, eventType: EventType, exception: RunException): RunEvent {
  const { topic, partition, offset, at } = message;
  return signedRun(PRODUCER, {
    ...{ eventType, at: at ?? new Date(0).toISOString(), runId: runIdOf(namespace, `${topic}/${partition}/${offset}`) },
    job: { namespace, name: topic },
    facets: {
      tieout_outcome: { vendorStatus: eventType === "FAIL" ? "dead letter" : "unreadable" },
      tieout_exceptions: { exceptions: [exception] },
    },
    ...{ inputs: [], outputs: [] },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
