import type { Instant } from "../../schemas/instant.ts";
import type { Run } from "../../schemas/run.ts";
import { addMinutes, type Moment } from "./moment.ts";

/** A scheduled start a little before its time still counts for it. */
const EARLY_MINUTES = 5;

/**
 * The latest expected start that no run answered, noticed once its grace is over; null while every start is answered.
 * Only the latest counts: a run that started later has made the missed ones good.
 *
 * @param occurrences expected starts, oldest first
 */
export function missingRun(
  facts: { occurrences: readonly Instant[]; runs: readonly Run[]; graceMinutes: number },
  moment: Moment,
): { expectedAt: Instant; lastRun: Run | null } | null {
  const expectedAt = facts.occurrences[moment.lastPast(facts.occurrences, facts.graceMinutes)];
  if (expectedAt === undefined) return null;
  const from = addMinutes(expectedAt, -EARLY_MINUTES);
  if (facts.runs.some((run) => (run.startedAt ?? run.lastEventAt) >= from)) return null;
  return { expectedAt, lastRun: facts.runs.find((run) => run.state === "COMPLETED") ?? null };
}

/** What a run usually takes, in minutes: the median of the latest completed ones; null without history. */
export function usualMinutes(runs: readonly Run[]): number | null {
  const durations = runs
    .filter((run) => run.state === "COMPLETED" && run.startedAt !== null && run.endedAt !== null)
    .slice(0, 15)
    .map((run) => (Date.parse(run.endedAt!) - Date.parse(run.startedAt!)) / 60_000)
    .sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? null;
}
