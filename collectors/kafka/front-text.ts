import { attributesOfHeaders } from "../../schemas/event/cloud-event.ts";
import type { EventText } from "../collector.ts";
import type { Message } from "./message.ts";

/**
 * A message of a front topic as the HTTP doors would be sent it: OpenLineage as it is, or a CloudEvent in either mode of the
 * binding. Nothing is read or judged here.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */
export function frontText({ value, headers }: Message): EventText {
  if (/^application\/cloudevents\b/i.test(headers["content-type"] ?? "")) return { text: value, form: "cloudevent" };
  if (!headers.ce_specversion) return { text: value };
  const asOverHttp = Object.entries(headers).map(([name, text]): [string, string] => [
    name.replace(/^ce_/, "ce-"),
    text,
  ]);
  return { text: value, attributes: attributesOfHeaders(asOverHttp) };
}
