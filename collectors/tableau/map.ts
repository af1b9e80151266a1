import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodAt, placeOf } from "../placing.ts";
import { seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { TableauSettings } from "./settings.ts";
import type { Job } from "./vendor.ts";

const PRODUCER = producerOf("tableau");

/** How jobs end, by their finish code. */
const ENDS: Record<number, RunState> = { 0: "complete", 1: "failed", 2: "aborted", 3: "complete" };
/** Words of the list. */
const WORDS: Record<string, RunState> = {
  ...{ Pending: "queued", InProgress: "running", Success: "complete", Completed: "complete" },
  ...{ Failed: "failed", Cancelled: "aborted", Canceled: "aborted" },
};

/** What notes of failed refreshes say; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern: /sign[- ]?in|password|credential|OAuth|unauthori[sz]ed|login failed|access token/i,
    code: "credential-expiry",
    class: "technical",
  },
  {
    pattern: /too many requests|throttl|rate limit|concurren|quota|capacity|out of memory/i,
    code: "api-limit",
    class: "technical",
  },
  {
    pattern:
      /(?:column|field|table|relation|object) .*(?:does not exist|not found|missing|unknown)|invalid (?:column|object) name/i,
    code: "contract-drift",
    class: "technical",
  },
  {
    pattern: /timed? ?out|time limit|unable to connect|could not connect|refresh|extract|bridge|error|failed/i,
    code: "job-failed",
    class: "technical",
  },
];

/** Where a job stands. Its finish code means something only once it is completed. */
export function stateOf({ completedAt, startedAt, finishCode }: Job): RunState | null {
  if (completedAt) return ENDS[finishCode ?? 0] ?? null;
  return startedAt ? "running" : "queued";
}

/** The list's word for where a job stands. */
export function wordOf(job: Job): string {
  const state = stateOf(job);
  return Object.keys(WORDS).find((word) => WORDS[word] === state) ?? `Finish code ${job.finishCode}`;
}

/** Where a listed job stands, by its word; null for one nobody knows. */
export function listedState(status: string): RunState | null {
  return WORDS[status] ?? null;
}

/** `Refresh GL Cube`, `Run Monthly flow`; the kind of job where Tableau does not say of what. */
export function nameOf(job: Job): string {
  const refreshed = job.extractRefreshJob?.datasource ?? job.extractRefreshJob?.workbook;
  const flow = job.runFlowJob?.flow;
  if (refreshed) return `Refresh ${refreshed.name ?? refreshed.id}`;
  if (flow) return `Run ${flow.name ?? flow.id}`;
  return job.type ?? "A job without a name";
}

/** Every event a job's present state implies, oldest first. */
export function jobEvents(
  job: Job,
  { namespace, settings }: { namespace: string; settings: TableauSettings },
): RunEvent[] {
  const name = nameOf(job);
  const declared = jobNamed(settings.jobs, name);
  const state = stateOf(job);
  const createdAt = iso(job.createdAt) ?? new Date(0).toISOString();
  const startedAt = iso(job.startedAt);
  const period = declared && periodAt(createdAt, declared.job);
  const entities = declared ? (declared.entity ? [declared.entity] : declared.job.entities) : [];
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: job.id, job: name, queuedAt: createdAt, startedAt, endedAt: iso(job.completedAt), state },
    changedAt: iso(job.updatedAt),
    vendorStatus: wordOf(job),
    words: { queued: "Pending", running: "InProgress" },
    exceptions: state === "failed" ? [exceptionOf(notesOf(job) || "The job failed and left no note.", RULES)] : [],
    fills: declared?.job,
    position: declared && entities.flatMap((entity) => placeOf(declared.job, entity, period) ?? []),
    completeThrough: declared?.job.completeThrough === "start" ? (startedAt ?? createdAt) : null,
  });
}

function notesOf({ extractRefreshJob, runFlowJob, statusNotes }: Job): string {
  const notes = [
    extractRefreshJob?.notes,
    runFlowJob?.notes,
    ...(statusNotes?.statusNote ?? []).map(({ text }) => text),
  ];
  return [...new Set(notes.map((note) => note?.trim()).filter(Boolean))].join("\n");
}

function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
