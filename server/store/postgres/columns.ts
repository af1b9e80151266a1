import * as z from "zod";

/** A `timestamptz` column as both drivers give it, made an instant of the wire. */
export const InstantColumn = z.date().transform((date) => date.toISOString());

/** A `bigint` column: text from a server, a number from the embedded engine. */
export const BigintColumn = z.coerce.number().pipe(z.int());
