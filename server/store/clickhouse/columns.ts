import * as z from "zod";

/** A stamped value as the tables fold it: `(at, rank, event_id, value)`. */
export const StampedColumn = z
  .object({ at: z.string(), rank: z.number(), event_id: z.string(), value: z.string() })
  .transform(({ event_id: eventId, ...stamped }) => ({ ...stamped, eventId }));

/** A 64-bit count, which comes as text because JavaScript numbers end earlier. */
export const CountColumn = z.coerce.number().pipe(z.int());
