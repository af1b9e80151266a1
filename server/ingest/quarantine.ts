import { hash } from "node:crypto";
import type { EventInput, Origin } from "./input.ts";

/** An input that could not be accepted, as the table `quarantine` keeps it. */
export interface QuarantinedInput {
  id: string;
  receivedAt: string;
  input: EventInput;
  origin: Origin;
  reason: string;
  path: string;
}

/** The same input has the same id, so that a sender who repeats it does not pile it up. */
export function quarantineId(input: EventInput): string {
  const beside = input.attributes ? JSON.stringify(input.attributes) : "";
  return hash("sha256", `${input.form ?? "event"}\n${beside}\n${input.text}`).slice(0, 32);
}

export function quarantineLine(item: QuarantinedInput): string {
  const { input, origin } = item;
  return JSON.stringify({
    id: item.id,
    received_at: item.receivedAt,
    door: origin.door,
    source: origin.source,
    content_type: origin.contentType ?? "",
    form: input.form ?? "event",
    attributes: input.attributes ? JSON.stringify(input.attributes) : "",
    reason: item.reason,
    path: item.path,
    size_bytes: input.form === "bytes" ? Buffer.byteLength(input.text, "base64") : Buffer.byteLength(input.text),
    body: input.text,
  });
}
