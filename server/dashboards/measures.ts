import type { MeasureName } from "../../schemas/dashboard.ts";
import type { Period } from "../close/periods.ts";
import type { Observation, Summing } from "./observation.ts";
import { observeAttainment, observeBudgets } from "./observe-attainment.ts";
import { observeDaysToClose, observeDeadlines, observeStaleReports, observeTouches } from "./observe-close.ts";
import { observeIncidents } from "./observe-incidents.ts";
import { observeExceptions, observeRepairs, observeRuns } from "./observe-runs.ts";
import type { Observing } from "./observing.ts";

export interface Measuring {
  summing: Summing;
  /** Everything observed of one period, for all entities. */
  observe(observing: Observing, period: Period): Promise<Observation[]>;
}

/** How each measure of the grammar is taken; the compiler asks for whichever is missing. */
export const MEASURING: Record<MeasureName, Measuring> = {
  runs: { summing: "sum", observe: observeRuns("runs") },
  "failed-share": { summing: "percent", observe: observeRuns("failed") },
  "partial-share": { summing: "percent", observe: observeRuns("partial") },
  "rejected-rows": { summing: "sum", observe: observeRuns("rejected") },
  "run-minutes": { summing: "mean", observe: observeRuns("seconds") },
  exceptions: { summing: "sum", observe: observeExceptions },
  "repair-minutes": { summing: "mean", observe: observeRepairs },
  "on-time-share": { summing: "percent", observe: observeDeadlines("on time") },
  "late-deadlines": { summing: "sum", observe: observeDeadlines("late") },
  attainment: { summing: "percent", observe: observeAttainment },
  "budget-left": { summing: "mean", observe: observeBudgets },
  "days-to-close": { summing: "greatest", observe: observeDaysToClose },
  "manual-touches": { summing: "sum", observe: observeTouches },
  incidents: { summing: "sum", observe: observeIncidents("incidents") },
  "acknowledge-minutes": { summing: "mean", observe: observeIncidents("minutes to acknowledge") },
  "resolve-minutes": { summing: "mean", observe: observeIncidents("minutes to resolve") },
  "messages-per-incident": { summing: "mean", observe: observeIncidents("messages") },
  "unattended-share": { summing: "percent", observe: observeIncidents("nobody acted") },
  "stale-hours": { summing: "sum", observe: observeStaleReports },
};
