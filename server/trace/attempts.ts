import type { EventType } from "../../schemas/event/open-lineage.ts";

/** One try of a run. */
export interface Attempt {
  number: number;
  startedAt: string | null;
  endedAt: string | null;
  state: "RUNNING" | "COMPLETED" | "FAILED" | "ABORTED";
}

const ENDS = { COMPLETE: "COMPLETED", FAIL: "FAILED", ABORT: "ABORTED" } as const;

/**
 * The tries a run took, from its events in order of time: one that begins after an end is another. Starts told twice are
 * one, ends told twice are the last of them, an end without a start is a try that began at an unknown time.
 */
export function attemptsOf(events: readonly { at: string; type: EventType | "" }[]): Attempt[] {
  const attempts: Attempt[] = [];
  for (const { at, type } of events) {
    const current = attempts.at(-1);
    if (type === "START" || type === "RUNNING") {
      if (!current || current.endedAt !== null) {
        attempts.push({ number: attempts.length + 1, startedAt: at, endedAt: null, state: "RUNNING" });
      }
    } else if (type in ENDS) {
      const state = ENDS[type as keyof typeof ENDS];
      if (current) Object.assign(current, { endedAt: at, state });
      else attempts.push({ number: 1, startedAt: null, endedAt: at, state });
    }
  }
  return attempts;
}
