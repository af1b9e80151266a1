import type { VendorError } from "../../collectors/collector.ts";

/** Longest wait after failures that may pass by themselves, and after those a person must mend, in seconds. */
const LONGEST_RECOVERABLE = 300;
const LONGEST_FINAL = 900;
/** A system read often is asked again soon: no wait is longer than this many of its polls. */
const MOST_POLLS = 8;

export interface Failures {
  /** Polls failed in a row. */
  count: number;
  last: Pick<VendorError, "recoverable" | "retryAfterSeconds"> | null;
}

/**
 * Milliseconds until the next poll: the system's own pace while all is well; after failures doubled each time with
 * jitter, and never sooner than the vendor asked.
 */
export function nextPollMilliseconds(pollSeconds: number, failures: Failures, random: number): number {
  if (failures.count === 0 || !failures.last) return pollSeconds * 1000;
  const longest = failures.last.recoverable ? LONGEST_RECOVERABLE : LONGEST_FINAL;
  const doublings = Math.min(2 ** failures.count, MOST_POLLS);
  const doubled = Math.min(pollSeconds * doublings, Math.max(longest, pollSeconds));
  const jittered = doubled * (0.75 + 0.5 * random);
  return Math.max(jittered, failures.last.retryAfterSeconds ?? 0) * 1000;
}
