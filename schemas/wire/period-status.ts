import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";
import { PeriodStatus } from "../event/facets.ts";

/** One ledger or subledger of an entity in a period, as its system told it last. */
export const PeriodStatusRow = z.object({
  entity: z.string(),
  period: PeriodKey,
  /** The system of record that told it, by the estate's id; its namespace where the estate does not declare it. */
  system: z.string(),
  ledger: z.string(),
  /** Empty for the general ledger itself. */
  subledger: z.string(),
  status: PeriodStatus,
  /** The system's own word. */
  native: z.string(),
  sinceAt: Instant,
  /** When it was last shut to most, when shut for good, and when opened again after that; null where it never was. */
  softAt: Instant.nullable(),
  shutAt: Instant.nullable(),
  reopenedAt: Instant.nullable(),
});
export type PeriodStatusRow = z.infer<typeof PeriodStatusRow>;
