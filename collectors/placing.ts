import * as z from "zod";
import type { Position } from "../schemas/event/facets.ts";

/** Settings that say in which books the figures of a job stand. */
export const books = { ledger: z.string().default(""), version: z.string().default("actual") };

/** Which entity and period a run fills, in its job's books; null where either is not known. */
export function placeOf(
  job: { ledger: string; version: string },
  entity: string | null | undefined,
  period: string | null | undefined,
): Position | null {
  if (!entity || !period || !/^\d{4}-\d\d$/.test(period)) return null;
  return { entity, ledger: job.ledger, period, version: job.version };
}
