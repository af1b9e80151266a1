import { attributesOfHeaders } from "../../schemas/event/cloud-event.ts";
import { inputOf } from "./door.ts";
import type { EventInput } from "./input.ts";
import type { Body } from "./read-body.ts";
import { splitBatch } from "./split-batch.ts";

/** The content modes of CloudEvents' HTTP binding. */
export type CloudEventMode = "binary" | "structured" | "batched";

/** In which mode a request carries CloudEvents; null where it carries none. */
export function cloudEventMode(headers: Headers): CloudEventMode | null {
  const contentType = headers.get("content-type") ?? "";
  if (/^application\/cloudevents-batch\+json\b/i.test(contentType)) return "batched";
  if (/^application\/cloudevents\+json\b/i.test(contentType)) return "structured";
  return headers.has("ce-specversion") && !/^application\/cloudevents/i.test(contentType) ? "binary" : null;
}

export function cloudEventInputs(body: Body, mode: CloudEventMode, headers: Headers): EventInput[] {
  if (mode === "binary") return [{ ...inputOf(body), attributes: attributesOfHeaders(headers) }];
  if (body.text === null) return [inputOf(body)];
  const texts = mode === "batched" ? splitBatch(body.text, "") : [body.text];
  return texts.map((text) => ({ text, form: "cloudevent" }));
}
