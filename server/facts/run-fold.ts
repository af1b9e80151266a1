import type { CorrelationFacet, OutcomeFacet, RunException } from "../../schemas/event/facets.ts";
import type { Run, RunState } from "../../schemas/run.ts";
import { isLater, type Stamped } from "./stamped.ts";

/** A run as far as its events tell, in the shape the table `runs` folds to. Folding is the same in any order. */
export interface RunFold {
  jobNamespace: string;
  jobName: string;
  runId: string;
  state: Stamped;
  outcome: Stamped;
  correlation: Stamped;
  exceptions: Stamped;
  parent: Stamped;
  error: Stamped;
  attempt: number;
  startedAt: string | null;
  restartedAt: string | null;
  lastEventAt: string;
}

/** Outputs of a run; entity and period are empty where the run does not say. */
export interface RunOutput {
  namespace: string;
  name: string;
  entity: string;
  period: string;
}

const STATED = ["state", "outcome", "correlation", "exceptions", "parent", "error"] as const;

/** Adds what `other` knows of the same run; answers whether anything changed. */
export function mergeRun(fold: RunFold, other: RunFold): boolean {
  let changed = false;
  for (const key of STATED) {
    if (!isLater(other[key], fold[key])) continue;
    fold[key] = other[key];
    changed = true;
  }
  if (other.attempt > fold.attempt) [fold.attempt, changed] = [other.attempt, true];
  if (other.lastEventAt > fold.lastEventAt) [fold.lastEventAt, changed] = [other.lastEventAt, true];
  if (other.startedAt && (!fold.startedAt || other.startedAt < fold.startedAt))
    [fold.startedAt, changed] = [other.startedAt, true];
  if (other.restartedAt && (!fold.restartedAt || other.restartedAt > fold.restartedAt))
    [fold.restartedAt, changed] = [other.restartedAt, true];
  return changed;
}

const STATES: Record<string, RunState> = {
  START: "RUNNING",
  RUNNING: "RUNNING",
  COMPLETE: "COMPLETED",
  ABORT: "ABORTED",
  FAIL: "FAILED",
};
const ENDED = new Set<RunState>(["COMPLETED", "ABORTED", "FAILED"]);

/** The run as the contract shows it. Errors and exceptions stated before the latest START belong to an earlier attempt. */
export function runOf(fold: RunFold, outputs: readonly RunOutput[]): Run {
  const state = STATES[fold.state.value] ?? "NEW";
  const endedAt = ENDED.has(state) ? fold.state.at : null;
  const isCurrent = ({ at, value }: Stamped) => value !== "" && at >= (fold.restartedAt ?? "");
  const outcome = parsed<OutcomeFacet>(fold.outcome);
  const correlation = parsed<CorrelationFacet>(fold.correlation);
  const overcome = state === "COMPLETED" && fold.error.at < fold.state.at;
  return {
    runId: fold.runId,
    jobNamespace: fold.jobNamespace,
    jobName: fold.jobName,
    state,
    qualifier: outcome?.qualifier ?? null,
    vendorStatus: outcome?.vendorStatus ?? null,
    startedAt: fold.startedAt,
    endedAt,
    lastEventAt: fold.lastEventAt,
    attempt: Math.max(fold.attempt, 1),
    correlationId: correlation?.correlationId ?? null,
    causationId: correlation?.causationId ?? null,
    parentRunId: fold.parent.value || null,
    rowsRead: outcome?.rowsRead ?? null,
    rowsWritten: outcome?.rowsWritten ?? null,
    rowsRejected: outcome?.rowsRejected ?? null,
    progress: outcome?.progress ?? null,
    error: isCurrent(fold.error) && !overcome ? fold.error.value : null,
    exceptions: isCurrent(fold.exceptions) ? (JSON.parse(fold.exceptions.value) as RunException[]) : [],
    targets: targetsOf(outputs),
  };
}

function parsed<T>({ value }: Stamped): T | null {
  return value === "" ? null : (JSON.parse(value) as T);
}

/** Each output with its positions; without one only where the run never says any of it. In a fixed order. */
function targetsOf(outputs: readonly RunOutput[]): Run["targets"] {
  const placed = new Set(outputs.filter(({ entity }) => entity !== "").map(datasetKey));
  return outputs
    .filter((output) => output.entity !== "" || !placed.has(datasetKey(output)))
    .map(({ namespace, name, entity, period }) => ({ namespace, name, entity: entity || null, period: period || null }))
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function datasetKey({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}\n${name}`;
}
