import * as z from "zod";
import type { Position } from "../schemas/event/facets.ts";
import { localOfInstant } from "./local-time.ts";

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

/** Settings of jobs whose vendor tells no period: it is then told by when they run. */
export const byDate = {
  /** In the first so many days of a month a job still fills the month before; none where it always fills its own. */
  closeDays: z.int().min(0).max(28).default(0),
  /** Where its days begin. */
  zone: z.string().default("UTC"),
};

/** The period a job fills that runs at an instant. Fiscal periods are calendar months. */
export function periodAt(instant: string, { closeDays, zone }: { closeDays: number; zone: string }): string {
  const day = localOfInstant(instant, zone);
  if (Number(day.slice(8, 10)) > closeDays) return day.slice(0, 7);
  const [year = 0, month = 0] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 7);
}
