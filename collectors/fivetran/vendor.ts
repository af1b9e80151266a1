import * as z from "zod";

/** Shapes of what Fivetran's REST API answers, version 2. Only what is read is required. */

const listOf = <Row extends z.ZodType>(row: Row) =>
  z.looseObject({ data: z.looseObject({ items: z.array(row), next_cursor: z.string().nullish() }) });

export const Connection = z.looseObject({
  id: z.string().min(1),
  schema: z.string().default(""),
  succeeded_at: z.string().nullish(),
  failed_at: z.string().nullish(),
  paused: z.boolean().nullish(),
  status: z.looseObject({ setup_state: z.string().nullish(), sync_state: z.string().nullish() }).nullish(),
});
export type Connection = z.infer<typeof Connection>;
export const ConnectionList = listOf(Connection);

/** A sync, by names the settings tell. */
export const SyncRow = z.record(z.string(), z.unknown());
export type SyncRow = z.infer<typeof SyncRow>;
export const SyncList = listOf(SyncRow);

export const Done = z.looseObject({ code: z.string() });
const Refusal = z.looseObject({ code: z.string(), message: z.string().default("") });

/** What went wrong inside an answer of 200, or null. */
export function refusalIn(value: unknown): string | null {
  const told = Refusal.safeParse(value).data;
  return !told || told.code === "Success" ? null : `${told.code} ${told.message}`.trim();
}
