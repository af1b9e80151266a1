import type { Instant } from "../../schemas/instant.ts";
import type { FreshnessState } from "../../schemas/wire/flow-strip.ts";
import type { Ages } from "./freshness-ages.ts";
import { minutesBetween, type Moment } from "./moment.ts";

export interface FreshnessFacts {
  /** How far the dataset is complete; null when no load has said so. */
  completeThrough: Instant | null;
  /** Whether anything was ever reported on the dataset for this entity and period. */
  seen: boolean;
  /** When loads are expected, oldest first. */
  occurrences: readonly Instant[];
  /** The last instant the close needs data through. */
  neededThrough: Instant;
  /** How long the load expected at an instant may take. */
  ages(expectedAt: Instant): Ages;
}

export interface Freshness {
  state: FreshnessState;
  /** Age of the data in whole minutes. */
  ageMinutes: number | null;
  /** The first expected load whose data has not arrived. */
  overdueSince: Instant | null;
  nextDueAt: Instant | null;
}

/** Snapshots are taken a moment before or after the wall time they are meant for. */
const SNAPSHOT_SLACK_MILLISECONDS = 2 * 60_000;

/**
 * Freshness of one dataset for one entity and period, judged on its watermark alone. What is overdue ages from the
 * first expected load that should have brought newer data, so nights, weekends and holidays age nothing; and once
 * the last needed cut-off is delivered and no load is expected any more, the data stays fresh for good.
 */
export function freshnessOf(facts: FreshnessFacts, moment: Moment): Freshness {
  const { completeThrough, occurrences } = facts;
  const last = moment.lastPast(occurrences, 0);
  const nextDueAt = occurrences[last + 1] ?? null;
  const reached = completeThrough === null ? null : shifted(completeThrough);
  const overdueSince = firstAfter(occurrences.slice(0, last + 1), reached);
  const ageMinutes = completeThrough === null ? null : Math.max(0, minutesBetween(completeThrough, moment.now));
  const answer = (state: FreshnessState): Freshness => ({ state, ageMinutes, overdueSince, nextDueAt });

  if (completeThrough === null && facts.seen && overdueSince === null) return answer("unknown");
  if (completeThrough === null && occurrences.length === 0) return answer("unknown");
  if (overdueSince === null) return answer(completeThrough === null ? "not-due" : "fresh");
  if (nextDueAt === null && completeThrough !== null && completeThrough >= facts.neededThrough) {
    return { ...answer("fresh"), overdueSince: null };
  }
  const ages = facts.ages(overdueSince);
  if (moment.pastBy(overdueSince, ages.staleMinutes)) return answer(completeThrough === null ? "missing" : "stale");
  if (moment.pastBy(overdueSince, ages.dueMinutes)) return answer("due");
  return answer(completeThrough === null ? "due" : "fresh");
}

function firstAfter(occurrences: readonly Instant[], reached: Instant | null): Instant | null {
  return (reached === null ? occurrences[0] : occurrences.find((at) => at > reached)) ?? null;
}

function shifted(at: Instant): Instant {
  return new Date(Date.parse(at) + SNAPSHOT_SLACK_MILLISECONDS).toISOString();
}
