import type { Run } from "../../schemas/run.ts";
import type { CellState } from "../../schemas/wire/board.ts";
import type { FreshnessState } from "../../schemas/wire/flow-strip.ts";
import type { CollectorRow, QuarantineRow, RequestRow } from "../../schemas/wire/live.ts";
import type { StepState } from "../../schemas/wire/request.ts";

/** A state as the console shows it: the shape and colour of the one vocabulary, and this state's own word. */
export interface Look {
  shape: CellState;
  tone: "tie" | "late" | "flight" | "risk" | "break" | "unknown" | "rest";
  word: string;
}

const DONE = { shape: "done", tone: "tie" } as const;
const RUNNING = { shape: "running", tone: "flight" } as const;
const AT_RISK = { shape: "at-risk", tone: "risk" } as const;
const HELD = { shape: "held", tone: "break" } as const;
const UNKNOWN = { shape: "unknown", tone: "unknown" } as const;
const REST = { shape: "not-due", tone: "rest" } as const;

export const FRESHNESS: Record<FreshnessState, Look> = {
  fresh: { ...DONE, word: "fresh" },
  due: { ...AT_RISK, word: "due" },
  stale: { ...HELD, word: "late" },
  missing: { ...HELD, word: "missing" },
  unknown: { ...UNKNOWN, word: "unknown" },
  "not-due": { ...REST, word: "not due" },
};

/** What may be wrong with a load, gravest first; it is counted under the first that holds. */
export const TROUBLES = {
  failed: { ...HELD, word: "failed" },
  rejected: { ...HELD, word: "rejected" },
  stalled: { ...HELD, word: "stalled" },
  missing: { ...HELD, word: "missing" },
  late: { ...HELD, word: "late" },
  off: { ...HELD, word: "look" },
} satisfies Record<string, Look>;
export type Trouble = keyof typeof TROUBLES;

export const MOVING: Look = { ...RUNNING, word: "under way" };

export const COLLECTORS: Record<CollectorRow["state"], Look> = {
  starting: { ...RUNNING, word: "starting" },
  ok: { ...DONE, word: "reading" },
  degraded: { ...AT_RISK, word: "failing" },
  down: { ...HELD, word: "down" },
};

export const REQUESTS: Record<RequestRow["state"], Look> = {
  waiting: { ...AT_RISK, word: "waiting" },
  requested: { ...RUNNING, word: "asked" },
  dispatched: { ...RUNNING, word: "handed over" },
  running: { ...RUNNING, word: "running" },
  completed: { ...DONE, word: "completed" },
  failed: { ...HELD, word: "failed" },
  refused: { ...HELD, word: "refused" },
  paused: { ...AT_RISK, word: "paused" },
  rejected: { ...HELD, word: "not agreed" },
  expired: { ...REST, word: "expired" },
  withdrawn: { ...REST, word: "withdrawn" },
  cancelled: { ...REST, word: "cancelled" },
};

export const STEPS: Record<StepState, Look> = {
  waiting: { ...REST, word: "waiting" },
  claimed: { ...RUNNING, word: "asking" },
  dispatched: { ...RUNNING, word: "handed over" },
  running: { ...RUNNING, word: "running" },
  verifying: { ...RUNNING, word: "verifying" },
  asking: { ...AT_RISK, word: "for you" },
  done: { ...DONE, word: "done" },
  skipped: { ...REST, word: "skipped" },
  failed: { ...HELD, word: "failed" },
  blocked: { ...REST, word: "blocked" },
  cancelled: { ...REST, word: "cancelled" },
};

export const QUARANTINE: Record<QuarantineRow["state"], Look> = {
  open: { ...HELD, word: "open" },
  resubmitted: { ...DONE, word: "resubmitted" },
  discarded: { ...REST, word: "discarded" },
};

const QUALIFIED: Record<NonNullable<Run["qualifier"]>, Look> = {
  partial: { ...AT_RISK, word: "completed in part" },
  warning: { ...AT_RISK, word: "completed with warnings" },
  held: { ...HELD, word: "held" },
  aborting: { ...AT_RISK, word: "being stopped" },
  superseded: { ...REST, word: "superseded" },
};

/** How a run stands; what the vendor adds to its plain word counts more than the word. */
export function lookOfRun(state: Run["state"], qualifier: Run["qualifier"]): Look {
  if (state === "FAILED") return { ...HELD, word: "failed" };
  if (state === "ABORTED") return { ...HELD, word: "stopped" };
  if (qualifier !== null) return QUALIFIED[qualifier];
  if (state === "COMPLETED") return { ...DONE, word: "completed" };
  return state === "RUNNING" ? { ...RUNNING, word: "running" } : { ...REST, word: "announced" };
}

/** `unmapped-member` → `Unmapped member` */
export function titleOfCode(code: string): string {
  const words = code.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
