import type { FlowJob, JobKind } from "./flow-jobs.ts";
import { seeded } from "./seeded.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How long a kind of run takes, in minutes, and how it fails when it fails for no reason of the script's. */
const KINDS: Record<JobKind, { minutes: readonly [number, number]; error: { code: string; message: string } }> = {
  extract: {
    minutes: [6, 12],
    error: { code: "APJ_RT/017", message: "Job cancelled after system exception ERROR_MESSAGE (TIME_OUT)" },
  },
  message: {
    minutes: [5, 10],
    error: {
      code: "com.sap.gateway.core.ip.component.odata.exception.OsciException",
      message: "HTTP Request failed with error : Service Unavailable, HTTP status code 503",
    },
  },
  load: {
    minutes: [11, 22],
    error: { code: "PROCESS_FAILED", message: "Process failed: the model was locked while its structure was changed" },
  },
  refresh: {
    minutes: [9, 16],
    error: { code: "ModelRefreshFailed_Timeout", message: "The refresh ran into its time limit" },
  },
  background: { minutes: [2, 25], error: { code: "FAILED", message: "Ended with errors" } },
};

/** One scheduled run in so many fails quietly and is tried again; one message in so many waits for a retry. */
const FAILS = 0.014;
const RETRIES = 0.03;

export interface RunShape {
  delay: number;
  duration: number;
  fails: { code: string; message: string } | null;
  /** For messages that retry once: milliseconds from the start to the wait, and how long it lasts. */
  retry: { after: number; lasts: number } | null;
}

interface ShapeOf {
  seed: number;
  job: Pick<FlowJob, "kind" | "job">;
  queuedAt: number;
  mayFail: boolean;
  /** The vendor's own words for a failure. */
  failure?: { code: string; message: string };
}

/** The run's own luck, drawn from its job and the instant it was asked for. Times in milliseconds. */
export function runShape(of: ShapeOf): RunShape {
  const { kind, job } = of.job;
  const chance = seeded(of.seed, "shape", job, of.queuedAt);
  const { minutes, error } = KINDS[kind];
  const delay = chance.between(2 * SECOND, 20 * SECOND);
  const duration = chance.between(minutes[0] * MINUTE, minutes[1] * MINUTE);
  const luck = chance.next();
  const after = chance.between(25 * SECOND, 70 * SECOND);
  const lasts = chance.between(5 * MINUTE, 9 * MINUTE);
  const fails = of.mayFail && kind !== "refresh" && luck < FAILS ? (of.failure ?? error) : null;
  const retries = kind === "message" && luck >= FAILS && luck < FAILS + RETRIES;
  return { delay, duration, fails, retry: retries ? { after, lasts } : null };
}
