import * as z from "zod";
import { PeriodKey } from "../instant.ts";

/** How the loads expected of a flow in a period went; what is not over yet is `pending`. */
export const LoadTally = z.object({
  /** All of the period, also those still to come. */
  expected: z.int(),
  /** Arrived in time where the flow's objective says, at its last hop without one. */
  met: z.int(),
  /** Arrived, but not in time. */
  late: z.int(),
  /** Not arrived, and the time is over. */
  missed: z.int(),
  pending: z.int(),
  /** Expected starts that no run answered; whether their data came with a later one is told above. */
  neverStarted: z.int(),
});
export type LoadTally = z.infer<typeof LoadTally>;

/** A flow's service level in one period, over the entities asked for. */
export const Attainment = LoadTally.extend({
  flow: z.string(),
  title: z.string(),
  period: PeriodKey,
  /** Entities of which anything is known; the others are not counted, and none before the objective's first period. */
  known: z.int(),
  /** met ÷ (met + late + missed), `97.3`; null while nothing is over. */
  attainmentPercent: z.string().nullable(),
  /** What the estate asks for; null where it asks for nothing. */
  objectivePercent: z.string().nullable(),
  /** How many loads may be late or missed in the whole period, how many were, and what share is left (below 0 when overspent). */
  budget: z.object({ loads: z.string(), used: z.int(), leftPercent: z.string() }).nullable(),
  entities: z.array(LoadTally.extend({ entity: z.string() })),
});
export type Attainment = z.infer<typeof Attainment>;
