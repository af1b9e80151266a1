import type { SimRun, World } from "../../collectors/sandbox.ts";
import type { FlowJob } from "./flow-jobs.ts";

/** Figures on their way: one snapshot of one entity and period, under one correlation ID. */
export interface Batch {
  correlationId: string;
  flow: string;
  entity: string;
  period: string;
  snapshotAsOf: number;
}

/** What a dataset holds for an entity and period: a batch without the rows of the faults refused. */
export interface Contents {
  batch: Batch;
  refused: readonly string[];
}

/** A run with what the world knows beside what the vendor shows. */
export interface TrackedRun {
  run: SimRun;
  job: FlowJob;
  /** Null for runs that carry no batch of their own. */
  batch: Batch | null;
  refused: string[];
  /** Further faults of the script that show in it. */
  shows: string[];
  /** The fault of the script that made it fail. */
  failedBy: string | null;
  /** The stretch it waits in retry, if any. */
  held: { from: number; until: number; by: string | null } | null;
  /** For refreshes: what the model took over when it began. */
  taken: readonly Contents[];
  /** Asked for through the API, or fed by a run that was: it does not wait behind others. */
  direct: boolean;
  over: boolean;
}

/** `progress` is the share of the working time done, waits left out. */
export function phaseOf({ run, held }: TrackedRun, now: number): ReturnType<World["phase"]> {
  if (now >= run.endedAt) return { phase: "ended", progress: 1 };
  if (now < run.startedAt) return { phase: "queued", progress: 0 };
  const worked = (until: number) => {
    const waited = held ? Math.max(0, Math.min(until, held.until) - held.from) : 0;
    const whole = run.endedAt - run.startedAt - (held ? held.until - held.from : 0);
    return Math.min(1, Math.max(0, (until - run.startedAt - waited) / whole));
  };
  return { phase: held && now >= held.from && now < held.until ? "held" : "running", progress: worked(now) };
}

/** Whether the vendor shows another state of the run at some instant of the span. */
export function changedBetween({ run, held }: TrackedRun, since: number, now: number): boolean {
  const instants = [run.queuedAt, run.startedAt, run.endedAt, ...(held ? [held.from, held.until] : [])];
  return instants.some((instant) => instant >= since && instant <= now);
}
