import * as z from "zod";

/** A stamped value as the tables fold it. */
export const StampedColumn = z.object({ at: z.string(), rank: z.number(), value: z.string() });

/** A 64-bit count, which comes as text because JavaScript numbers end earlier. */
export const CountColumn = z.coerce.number().pipe(z.int());
