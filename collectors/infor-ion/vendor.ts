import * as z from "zod";

/** What ION API answers; unknown fields pass untouched. */

/** A row of OneView. The key of a message is written in three ways, and columns differ by store. */
export const OneViewRow = z.looseObject({
  message_id: z.string().optional(),
  messageId: z.string().optional(),
  id: z.string().optional(),
});
export type OneViewRow = z.infer<typeof OneViewRow>;

/** Rows come under one of two names. */
export const OneViewPage = z.looseObject({
  numFound: z.coerce.number().int(),
  fields: z.array(OneViewRow).optional(),
  objectList: z.array(OneViewRow).optional(),
});
export type OneViewPage = z.infer<typeof OneViewPage>;

/** A query of Compass. Its state counts, never the status of the answer: a failed one comes with 201. */
export const CompassJob = z.looseObject({
  queryId: z.string().optional(),
  status: z.enum(["RUNNING", "FINISHED", "FAILED", "CANCELED"]),
  message: z.string().optional(),
});

/** A line of the ledger as the declared query names its columns; numbers are read digit for digit. */
export const LedgerRow = z.looseObject({
  entity: z.string(),
  period: z.string(),
  account: z.string().default(""),
  currency: z.string().default(""),
  entries: z.string().optional(),
  debit: z.string().optional(),
  credit: z.string().optional(),
  net: z.string().optional(),
});
export type LedgerRow = z.infer<typeof LedgerRow>;

/** The key of a message. */
export function messageIdOf(row: OneViewRow): string {
  return row.message_id ?? row.messageId ?? row.id ?? "";
}

/** A column as text; empty where there is none. */
export function column(row: OneViewRow, name: string): string {
  const value = row[name];
  return typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
}
