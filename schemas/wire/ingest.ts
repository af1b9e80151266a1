import * as z from "zod";
import { Warning } from "../event/open-lineage.ts";

/** The answer to one accepted event. */
export const Accepted = z.object({
  /** What Tieout knows the event by; the same event sent again has the same. */
  eventId: z.string(),
  /** What deviated from the specification and was accepted all the same. */
  warnings: z.array(Warning),
});
export type Accepted = z.infer<typeof Accepted>;

/** The answer to a batch not all of which was accepted, as OpenLineage's API has it. */
export const BatchAnswer = z.object({
  status: z.enum(["success", "partial_success"]),
  summary: z.object({
    received: z.int(),
    successful: z.int(),
    failed: z.int(),
    retriable: z.int(),
    non_retriable: z.int(),
  }),
  failed_events: z.array(
    z.object({
      index: z.int(),
      reason: z.string(),
      retriable: z.boolean(),
      /** JSON pointer into the event. */
      pointer: z.string(),
      /** Where the event is kept, to be corrected and resubmitted. */
      quarantineId: z.string(),
    }),
  ),
});
export type BatchAnswer = z.infer<typeof BatchAnswer>;
