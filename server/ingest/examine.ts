import { parse as parseLossless } from "lossless-json";
import { hash } from "node:crypto";
import { eventInside, readCloudEvent, type CloudEventAttributes } from "../../schemas/event/cloud-event.ts";
import type { Warning } from "../../schemas/event/open-lineage.ts";
import { readEvent } from "../../schemas/event/read-event.ts";
import { isObject } from "../../schemas/event/read-facets.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { IncomingRow } from "./incoming-row.ts";
import type { EventInput, Origin } from "./input.ts";
import { outsideLimits, type Limits } from "./outside-limits.ts";
import { prepare, type Arrival } from "./prepare.ts";
import { memberText, scanJson } from "./scan-json.ts";

export interface ExamineLimits {
  /** Largest text of one event, in bytes of UTF-8. */
  maxEventBytes: number;
}

/** Deeper nesting and more keys than this are no event anybody meant, and would hold up everyone else's. */
const MOST_DEPTH = 200;
const MOST_KEYS = 500_000;
const HALF_SURROGATE = /\\u[dD][89a-fA-F]/;

export type Examined =
  | { ok: true; row: IncomingRow }
  /** `malformed`: not even JSON of an object, against JSON that is no event; `outside`: not its sender's to send. */
  | { ok: false; reason: string; path: string; malformed: boolean; outside?: boolean };

/** From a text to the row it will be stored as, or why it cannot be accepted. Changes nothing. */
export function examine(input: EventInput, origin: Origin, receivedAt: string, limits: ExamineLimits): Examined {
  if (input.form === "bytes") return malformed(input.flaw ?? "The input is not text.");
  const opened = input.form === "cloudevent" ? openEnvelope(input, limits) : bare(input);
  if (!opened.ok) return opened;
  const parsed = parseText(opened.text, limits);
  if (!parsed.ok) return parsed;
  const { text, attributes } = opened;
  const arrival = {
    eventId: attributes ? hash("sha256", `${attributes.source}\n${attributes.id}`) : identity(text, parsed),
    receivedAt,
    door: origin.door,
    source: origin.source,
    envelope: attributes ? JSON.stringify(attributes) : "",
    raw: text,
  };
  return rowOf(parsed, attributes, arrival, origin.limits);
}

/** Reads a stored event again, with all that today's reader makes of it. */
export function examineAgain(stored: Arrival): Examined {
  const parsed = parseText(stored.raw, { maxEventBytes: Number.POSITIVE_INFINITY });
  if (!parsed.ok) return parsed;
  return rowOf(parsed, stored.envelope === "" ? null : (JSON.parse(stored.envelope) as CloudEventAttributes), stored);
}

function rowOf(
  parsed: ParsedText,
  attributes: CloudEventAttributes | null,
  arrival: Arrival,
  limits?: Limits | null,
): Examined {
  const reading = readEvent(attributes ? eventInside(parsed.value, attributes) : parsed.value);
  if (!reading.ok) return { ...reading, malformed: !isObject(parsed.value) };
  const row = prepare(reading.lineage, [...parsed.warnings, ...reading.warnings], arrival);
  const outside = limits ? outsideLimits(limits, reading.lineage, row) : null;
  return outside === null
    ? { ok: true, row }
    : { ok: false, reason: outside, path: "", malformed: false, outside: true };
}

type Opened = { ok: true; text: string; attributes: CloudEventAttributes | null } | Extract<Examined, { ok: false }>;

/** An event as it is, or one whose CloudEvent attributes came beside it in headers. */
function bare(input: EventInput): Opened {
  if (!input.attributes) return { ok: true, text: input.text, attributes: null };
  const reading = readCloudEvent(input.attributes);
  if (!reading.ok) return { ...reading, malformed: true };
  return { ok: true, text: input.text, attributes: reading.attributes };
}

/** A CloudEvent with the event inside. The event's text is cut out exactly as written. */
function openEnvelope(input: EventInput, limits: ExamineLimits): Opened {
  const parsed = parseText(input.text, limits);
  if (!parsed.ok) return parsed;
  const reading = readCloudEvent(parsed.value);
  if (!reading.ok) return { ...reading, malformed: true };
  const { attributes } = reading;
  const { data, data_base64: base64 } = parsed.value as Record<string, unknown>;
  if (typeof base64 === "string") return { ok: true, text: Buffer.from(base64, "base64").toString("utf8"), attributes };
  if (typeof data === "string") return { ok: true, text: data, attributes };
  const text = memberText(input.text, "data");
  if (text === null) return refused("The CloudEvent carries no data; expected an OpenLineage event there.", "/data");
  return { ok: true, text, attributes };
}

interface ParsedText {
  ok: true;
  value: unknown;
  warnings: Warning[];
  /** The value in canonical form. */
  canonical: string;
  /** True where the value does not hold everything the text says: numbers too long for a float. */
  inexact: boolean;
}

function parseText(input: string, limits: ExamineLimits): ParsedText | Extract<Examined, { ok: false }> {
  const warnings: Warning[] = [];
  const bytes = input.length * 3 > limits.maxEventBytes ? Buffer.byteLength(input) : 0;
  if (bytes > limits.maxEventBytes) {
    return refused(`The event has ${bytes} bytes; at most ${limits.maxEventBytes} are accepted.`, "");
  }
  let text = input;
  if (text.charCodeAt(0) === 0xfeff) {
    text = text.slice(1);
    warnings.push({ path: "", message: "The text begins with a byte order mark." });
  }
  const scan = scanJson(text);
  if (scan.depth > MOST_DEPTH)
    return refused(`The event nests ${scan.depth} levels deep; at most ${MOST_DEPTH} are accepted.`, "");
  if (scan.keys > MOST_KEYS) return refused(`The event has ${scan.keys} keys; at most ${MOST_KEYS} are accepted.`, "");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return malformed(text.trim() === "" ? "The input is empty." : `Not JSON: ${(error as Error).message}.`);
  }
  if (HALF_SURROGATE.test(text)) value = mendSurrogates(text, warnings) ?? value;
  const canonical = canonicalJson(value);
  if (canonical.keys < scan.keys) warnings.push(...repeatedKeys(text));
  return { ok: true, value, warnings, canonical: canonical.text, inexact: scan.inexact };
}

/** Half a surrogate pair is no character; the store would refuse it. Null where all pairs are whole. */
function mendSurrogates(text: string, warnings: Warning[]): unknown {
  let mended = false;
  const value: unknown = JSON.parse(text, (_key, member: unknown) => {
    if (typeof member !== "string" || member.isWellFormed()) return member;
    mended = true;
    return member.toWellFormed();
  });
  if (!mended) return null;
  warnings.push({ path: "", message: "A text holds half of a surrogate pair; read as the replacement character." });
  return value;
}

function repeatedKeys(text: string): Warning[] {
  const keys = new Set<string>();
  parseLossless(text, null, {
    onDuplicateKey: ({ key, newValue }) => {
      keys.add(key);
      return newValue;
    },
  });
  if (keys.size === 0) return [{ path: "", message: "Keys are repeated, each time with the same value." }];
  const names = [...keys].slice(0, 5).map((key) => `"${key.slice(0, 60)}"`);
  return [
    { path: "", message: `Keys are repeated with different values (${names.join(", ")}); the last one was used.` },
  ];
}

/**
 * A hash of the canonical JSON, so that white space and the order of keys make no other event. Numbers that floating
 * point cannot hold have no canonical form; the text itself is then what the event is known by.
 */
function identity(text: string, parsed: ParsedText): string {
  return hash("sha256", parsed.inexact ? text : parsed.canonical);
}

function malformed(reason: string): Examined & { ok: false } {
  return { ok: false, reason, path: "", malformed: true };
}

function refused(reason: string, path: string): Examined & { ok: false } {
  return { ok: false, reason, path, malformed: false };
}
