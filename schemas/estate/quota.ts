import * as z from "zod";

/**
 * How many events a second a sender may send. Of several that fit a sender, the one that names it counts; beyond it a
 * request is answered 429 and told when to come again.
 */
export const Quota = z.strictObject({
  id: z.string().min(1),
  /** By the key or webhook an event comes with, or by the producer it names. */
  of: z.enum(["key", "producer"]),
  /** The key's or webhook's name, or how the producer's URI begins; everybody, each alone, when absent. */
  name: z.string().min(1).optional(),
  eventsPerSecond: z.number().positive(),
  /** How long a sender may have been silent and send what it had saved up, in seconds. */
  burstSeconds: z.number().min(1).max(3_600).default(10),
});
export type Quota = z.infer<typeof Quota>;
