import type { Warning } from "../../schemas/event/open-lineage.ts";
import type { Limits } from "./outside-limits.ts";

/** One event as it came in. */
export interface EventInput {
  text: string;
  /** `event` (the default): an OpenLineage event; `cloudevent`: one in its envelope; `bytes`: base64 of what is no text. */
  form?: "event" | "cloudevent" | "bytes";
  /** A CloudEvent's attributes where they came beside the text, in headers. */
  attributes?: Record<string, string>;
  /** Why `bytes` are no text. */
  flaw?: string;
}

/** Where input came from. */
export interface Origin {
  door: "lineage" | "cloudevents" | "collector" | "resubmission";
  /** Who sent it: `key:<name>`, `collector:<system>`, `person:<name>`. */
  source: string;
  contentType?: string;
  /** Where the sender may not send everything. */
  limits?: Limits | null;
}

export type Acceptance =
  | { status: "accepted"; eventId: string; warnings: Warning[] }
  /** `outside`: it could be read, and is not its sender's to send. */
  | { status: "quarantined"; id: string; reason: string; path: string; malformed: boolean; outside?: boolean };
