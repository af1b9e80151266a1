import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { openPlaces } from "../open-places.ts";
import { RELAYED } from "../relayed-text.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { LogEntry, MonitorEntry } from "./vendor.ts";

/** States of the activity log. */
const LOGGED: Record<number, RunState> = { 1: "complete", 2: "warning", 3: "failed" };
/** Words of the activity monitor; a completed job is left running until the log says how it ended. */
const MONITORED: Record<string, RunState> = {
  INITIALIZED: "queued",
  RUNNING: "running",
  STOPPING: "aborting",
  COMPLETED: "running",
  FAILED: "failed",
};

/** A job as the log or the monitor shows it. */
export interface SeenJob {
  task: { id: string; name: string };
  runId: string;
  startedAt: string;
  /** Null while it is under way. */
  endedAt: string | null;
  state: RunState | null;
  vendorStatus: string;
  rows: Pick<LogEntry, "successSourceRows" | "failedSourceRows" | "successTargetRows" | "failedTargetRows">;
  message: string;
  /** Of the log's entry. */
  logId: string | null;
}

/** A run's number counts from one for each task. */
export function keyOf({ task, runId }: Pick<SeenJob, "task" | "runId">): string {
  return `${task.id}/${runId}`;
}

export function logged(entry: LogEntry, { otherStates }: Settings): SeenJob {
  const state = LOGGED[entry.state ?? 0] ?? otherStates[String(entry.state)] ?? null;
  const refused = (entry.failedTargetRows ?? 0) + (entry.failedSourceRows ?? 0) > 0;
  const stopped = entry.isStopped === true && state === "failed";
  return {
    ...{ task: { id: entry.objectId, name: entry.objectName }, runId: entry.runId, logId: entry.id, rows: entry },
    ...{ startedAt: iso(entry.startTimeUtc)!, endedAt: iso(entry.endTimeUtc) ?? iso(entry.startTimeUtc) },
    state: stopped ? "aborted" : refused && (state === "complete" || state === "warning") ? "partial" : state,
    vendorStatus: `state ${entry.state ?? "unknown"}${stopped ? ", stopped" : ""}`,
    message: entry.errorMsg?.trim() ?? "",
  };
}

export function monitored(entry: MonitorEntry, { otherStates }: Settings): SeenJob {
  return {
    ...{ task: { id: entry.taskId, name: entry.taskName }, runId: entry.runId, logId: null, rows: entry },
    ...{ startedAt: iso(entry.startTimeUtc)!, endedAt: null, message: "" },
    state: MONITORED[entry.executionState] ?? otherStates[entry.executionState] ?? null,
    vendorStatus: entry.executionState,
  };
}

/** The log has the last word, so a job the monitor calls over stays open. */
export function isOpen({ state, logId }: SeenJob): boolean {
  return logId === null || !hasEnded(state);
}

/** Every event a job's present state implies, oldest first. `errorLog` is the text of the rows it refused. */
export function jobEvents(
  job: SeenJob,
  errorLog: string,
  { namespace, settings }: { namespace: string; settings: Settings },
): RunEvent[] {
  const declared = jobNamed(settings.tasks, job.task.name);
  const { successSourceRows, failedSourceRows, successTargetRows, failedTargetRows } = job.rows;
  const ended = job.logId !== null;
  return seenRunEvents(producerOf("informatica"), namespace, {
    ...{ key: keyOf(job), job: job.task.name, queuedAt: job.startedAt, endedAt: job.endedAt, changedAt: job.endedAt },
    startedAt: job.state === "queued" ? null : job.startedAt,
    ...{ state: job.state, vendorStatus: job.vendorStatus, words: { queued: "INITIALIZED", running: "RUNNING" } },
    counts: ended
      ? {
          rowsRead: sumOf(successSourceRows, failedSourceRows),
          rowsWritten: successTargetRows,
          rowsRejected: sumOf(failedTargetRows, failedSourceRows),
        }
      : undefined,
    exceptions: exceptionsOf(job, errorLog, declared?.entity ?? ""),
    fills: declared?.job,
    position: declared && openPlaces(declared.job, declared.entity, job.startedAt),
    completeThrough: declared?.job.completeThrough === "start" ? job.startedAt : null,
  });
}

/** Rows refused by reason, where the error log tells; otherwise what the job says. */
function exceptionsOf(job: SeenJob, errorLog: string, entity: string): RunException[] {
  const at = entity ? { entity } : {};
  if (job.state === "failed")
    return [{ ...exceptionOf(job.message || `The job ended with ${job.vendorStatus}.`, RELAYED), ...at }];
  if (job.state !== "partial" && job.state !== "warning") return [];
  const lines = errorLog
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const reasons = [...Map.groupBy(lines, (line) => line)].map(([text, same]) => ({
    ...exceptionOf(text, RELAYED),
    count: same.length,
    ...at,
  }));
  if (reasons.length > 0) return reasons;
  return job.message ? [{ ...exceptionOf(job.message, RELAYED), ...at }] : [];
}

function sumOf(...rows: (number | null | undefined)[]): number | null {
  const told = rows.filter((each) => each != null);
  return told.length > 0 ? told.reduce((sum, each) => sum + each, 0) : null;
}

/** Times are UTC, with or without saying so. */
export function iso(text: string | null | undefined): string | null {
  if (!text) return null;
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
