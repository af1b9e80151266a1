import * as z from "zod";
import { isObject, named } from "./read-facets.ts";

/**
 * The attributes of a CloudEvent 1.0 around an OpenLineage event; extensions stay open.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export const CloudEventAttributes = z.looseObject({
  specversion: z.literal("1.0", 'expected specversion "1.0"'),
  /** Unique within `source`; the two together are the event's identity. */
  id: z.string().min(1, "expected an id"),
  source: z.string().min(1, "expected a source"),
  type: z.string().min(1, "expected a type"),
  time: z.string().optional(),
  datacontenttype: z.string().optional(),
  dataschema: z.string().optional(),
  subject: z.string().optional(),
});
export type CloudEventAttributes = z.infer<typeof CloudEventAttributes>;

export type CloudEventReading =
  | { ok: true; attributes: CloudEventAttributes }
  | { ok: false; reason: string; path: string };

const BODY = new Set(["data", "data_base64"]);
const HEADER = "ce-";

/** Reads the attributes of a structured CloudEvent, or those gathered from headers. A null attribute counts as absent. */
export function readCloudEvent(value: unknown): CloudEventReading {
  if (!isObject(value)) {
    return { ok: false, reason: `Expected a CloudEvent as a JSON object, got ${named(value)}.`, path: "" };
  }
  const given = Object.entries(value).filter(([key, attribute]) => attribute !== null && !BODY.has(key));
  const parsed = CloudEventAttributes.safeParse(Object.fromEntries(given));
  if (parsed.success) return { ok: true, attributes: parsed.data };
  const [issue] = parsed.error.issues;
  const key = String(issue?.path[0] ?? "");
  return { ok: false, reason: `CloudEvent attribute ${key}: ${issue?.message ?? "not as expected"}.`, path: `/${key}` };
}

/** Gathers a binary-mode CloudEvent's attributes from HTTP headers, whose values are percent-encoded. */
export function attributesOfHeaders(headers: Iterable<[string, string]>): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower === "content-type") attributes.datacontenttype = value;
    else if (lower.startsWith(HEADER)) attributes[lower.slice(HEADER.length)] = decoded(value);
  }
  return attributes;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The OpenLineage event inside: what it leaves out and the envelope says is taken from there. */
export function eventInside(data: unknown, attributes: CloudEventAttributes): unknown {
  if (!isObject(data)) return data;
  return {
    ...data,
    eventTime: data.eventTime ?? attributes.time,
    producer: data.producer ?? attributes.source,
  };
}
