import * as z from "zod";
import type { Position } from "../schemas/event/facets.ts";
import { openPeriods } from "./ledger-book.ts";
import { books } from "./placing.ts";

/** Settings of a job whose vendor says nothing of entities and periods, because it carries whole tables. */
export const wholeTables = {
  ...books,
  /** The entities its tables hold, where the job's name carries none. */
  entities: z.array(z.string().min(1)).default([]),
  /** The month a run begins in and so many before it, less one, are taken to be filled by it. */
  openPeriods: z.int().min(1).max(16).default(2),
};

/** Every entity and period a run of whole tables fills, told from the instant it began, ISO 8601. */
export function openPlaces(
  job: { ledger: string; version: string; entities: readonly string[]; openPeriods: number },
  entity: string,
  startedAt: string,
): Position[] {
  const { ledger, version } = job;
  const periods = openPeriods(new Date(startedAt), job.openPeriods);
  const entities = entity ? [entity] : job.entities;
  return entities.flatMap((each) => periods.map((period) => ({ entity: each, ledger, period, version })));
}
