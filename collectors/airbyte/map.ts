import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { openPlaces } from "../open-places.ts";
import { RELAYED } from "../relayed-text.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { Job, JobDetail } from "./vendor.ts";

/** Statuses of jobs. An attempt that failed leaves its job incomplete, to be tried again. */
const STATES: Record<string, RunState> = {
  pending: "queued",
  queued: "queued",
  running: "running",
  incomplete: "running",
  succeeded: "complete",
  failed: "failed",
  cancelled: "aborted",
};

/** Airbyte's own types of failure, which stand before the words. */
const RULES: readonly TextRule[] = [
  { pattern: /^\S* ?refresh_schema\b/, code: "contract-drift", class: "technical" },
  ...RELAYED,
  { pattern: /^\S* ?(?:\w+_error|\w+_timeout)\b/, code: "job-failed", class: "technical" },
];

export function stateOf(job: Job, detail: JobDetail | null, settings: Settings): RunState | null {
  const state = STATES[job.status] ?? settings.otherStates[job.status] ?? null;
  if (state === "failed" && failuresOf(detail).some(({ failureType }) => failureType === "manual_cancellation"))
    return "aborted";
  return state === "complete" && (detail?.job.aggregatedStats?.recordsRejected ?? 0) > 0 ? "partial" : state;
}

export function isOpen(job: Job, settings: Settings): boolean {
  return !hasEnded(stateOf(job, null, settings));
}

export function changedAt(job: Job): string {
  return iso(job.lastUpdatedAt) ?? iso(job.startTime) ?? new Date(0).toISOString();
}

/** A reset or a clear is a run of its own kind: it empties what a sync filled. */
export function jobNameOf({ jobType }: Job, connection: string): string {
  return !jobType || jobType === "sync" ? connection : `${connection} (${jobType})`;
}

/** Every event a job's present state implies, oldest first. */
export function jobEvents(
  job: Job,
  seen: { connection: string; detail: JobDetail | null },
  { namespace, settings }: { namespace: string; settings: Settings },
): RunEvent[] {
  const name = jobNameOf(job, seen.connection);
  const declared = jobNamed(settings.connections, name);
  const startedAt = iso(job.startTime) ?? changedAt(job);
  const state = stateOf(job, seen.detail, settings);
  const stats = seen.detail?.job.aggregatedStats;
  return seenRunEvents(producerOf("airbyte"), namespace, {
    ...{ key: job.jobId, job: name, queuedAt: startedAt, startedAt: state === "queued" ? null : startedAt },
    ...{ endedAt: changedAt(job), changedAt: changedAt(job), state, vendorStatus: job.status },
    words: { queued: "pending", running: "running" },
    counts: {
      rowsRead: stats?.recordsEmitted,
      rowsWritten: stats?.recordsCommitted ?? job.rowsSynced,
      rowsRejected: stats?.recordsRejected,
    },
    exceptions: exceptionsOf(state, seen.detail, declared?.entity ?? ""),
    fills: declared?.job,
    position: declared && openPlaces(declared.job, declared.entity, startedAt),
    completeThrough: declared?.job.completeThrough === "start" ? startedAt : null,
  });
}

function failuresOf(detail: JobDetail | null) {
  return detail?.attempts.at(-1)?.failureSummary?.failures ?? [];
}

function exceptionsOf(state: RunState | null, detail: JobDetail | null, entity: string): RunException[] {
  const at = entity ? { entity } : {};
  if (state === "partial") {
    const count = detail?.job.aggregatedStats?.recordsRejected ?? 0;
    const message = `The destination refused ${count} records; the job's log names them.`;
    return [{ code: "count-gap", class: "control", message, count, ...at }];
  }
  if (state !== "failed") return [];
  const told = failuresOf(detail).map(({ failureOrigin, failureType, externalMessage, internalMessage }) =>
    [[failureOrigin, failureType].filter(Boolean).join(" "), externalMessage ?? internalMessage]
      .filter(Boolean)
      .join(": "),
  );
  const texts = told.length > 0 ? told : ["The job failed; the public API says no reason."];
  return texts.map((text) => ({ ...exceptionOf(text, RULES), ...at }));
}

export function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
