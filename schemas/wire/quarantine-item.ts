import * as z from "zod";
import { QuarantineRow } from "./live.ts";

/** One quarantined input with all that came in. */
export const QuarantineItem = QuarantineRow.extend({
  door: z.string(),
  /** `event`: the text of an event; `cloudevent`: of one in its envelope; `bytes`: base64 of what is not text. */
  form: z.enum(["event", "cloudevent", "bytes"]),
  /** A CloudEvent's attributes that came beside the text. */
  attributes: z.record(z.string(), z.string()).nullable(),
  body: z.string(),
  /** The event it became after correction. */
  eventId: z.string().nullable(),
});
export type QuarantineItem = z.infer<typeof QuarantineItem>;

export const QuarantinePage = z.object({ items: z.array(QuarantineRow), next: z.string().nullable() });
export type QuarantinePage = z.infer<typeof QuarantinePage>;
