import type { Instant } from "../../schemas/instant.ts";
import type { Run } from "../../schemas/run.ts";
import { startOf } from "../reconcile/legs.ts";
import { addMinutes, type Moment } from "./moment.ts";

/** A scheduled start a little before its time still counts for it. */
export const EARLY_MINUTES = 5;

/**
 * The expected starts that no run has answered, noticed once the grace of the latest is over; null while it is answered:
 * a run that started later has made the missed ones before good. `expectedAt` is the first of them.
 *
 * @param occurrences expected starts, oldest first
 */
export function missingRun(
  facts: { occurrences: readonly Instant[]; runs: readonly Run[]; graceMinutes: number },
  moment: Moment,
): { expectedAt: Instant; missed: number; lastRun: Run | null } | null {
  const due = facts.occurrences.slice(0, moment.lastPast(facts.occurrences, facts.graceMinutes) + 1);
  const started = facts.runs.map(startOf).reduce((last, at) => (at > last ? at : last), "");
  const unanswered = due.filter((expected) => addMinutes(expected, -EARLY_MINUTES) > started);
  const [expectedAt] = unanswered;
  if (expectedAt === undefined) return null;
  const lastRun = facts.runs.find((run) => run.state === "COMPLETED") ?? null;
  return { expectedAt, missed: unanswered.length, lastRun };
}

/**
 * Expected starts that no completed run answered although runs answered one before and one after: gaps in a history,
 * which a full snapshot heals and a delta does not.
 *
 * @param occurrences expected starts, oldest first
 */
export function missedBetween(occurrences: readonly Instant[], runs: readonly Run[]): Instant[] {
  const starts = runs
    .filter((run) => run.state === "COMPLETED")
    .map(startOf)
    .sort();
  const answered = occurrences.map((expected, at) => {
    const from = addMinutes(expected, -EARLY_MINUTES);
    const next = occurrences[at + 1];
    const to = next === undefined ? "9999" : addMinutes(next, -EARLY_MINUTES);
    return starts.some((start) => start >= from && start < to);
  });
  const [first, last] = [answered.indexOf(true), answered.lastIndexOf(true)];
  return occurrences.filter((_expected, at) => at > first && at < last && !answered[at]);
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
