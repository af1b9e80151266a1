import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { ExecutionDetail } from "./vendor.ts";

export const PRODUCER = producerOf("dynamics-365-finance");

/** Statuses of executions as documented; those of their entities are a setting. */
const STATES: Record<string, RunState> = {
  NotRun: "queued",
  Executing: "running",
  Succeeded: "complete",
  PartiallySucceeded: "partial",
  Failed: "failed",
  Canceled: "aborted",
};

/** An execution stands where the worst of its entities stands; the first of these found counts. */
const WORST_FIRST: readonly (RunState | null)[] = ["running", "failed", "aborted", "partial", "queued", "complete"];

/** Data management's error texts; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern:
      /(?:(?<count>\d+) records?: )?The value '(?<member>[^']+)' in field '(?<dimension>[^']+)' is not found in the related table/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern:
      /(?:(?<count>\d+) records?: )?The combination '?(?<member>[^']+?)'? (?:for|of) (?<dimension>[\w ]+?) is not valid/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern: /(?:(?<count>\d+) records?: )?.*\b(?:fiscal )?period\b.*\b(?:closed|on hold|not open)\b/i,
    code: "period-closed-at-target",
    class: "business",
  },
  {
    pattern: /\b(?:company|legal entity)\b.*\b(?:does not exist|not found)\b/i,
    code: "missing-entity",
    class: "business",
  },
  { pattern: /already exists|duplicate (?:key|record)/i, code: "duplicate-load", class: "control" },
  { pattern: /throttl|too many requests|high resource utilization/i, code: "api-limit", class: "technical" },
  {
    pattern: /credential|AADSTS|unauthori[sz]ed|token (?:has )?expired/i,
    code: "credential-expiry",
    class: "technical",
  },
  { pattern: /column|mapping|schema|field .* (?:missing|not found)/i, code: "contract-drift", class: "technical" },
  { pattern: /budget control|budget.* (?:exceeded|insufficient)/i, code: "budget-overrun", class: "business" },
  { pattern: /time[d ]?out|deadlock|batch|exception|fail(?:ed|ure)/i, code: "job-failed", class: "technical" },
];

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** Where an execution stands; null for a word nobody can place. `Unknown` says nothing, so a run is left as it was. */
export function stateOf(rows: readonly ExecutionDetail[], settings: Settings): RunState | null {
  const states = rows.map((row) => {
    const word = statusOf(row, settings);
    return STATES[word] ?? settings.otherStates[word] ?? null;
  });
  // What has begun and not ended runs, also while single entities wait or are done.
  if (states.includes("queued") && states.includes("complete")) return "running";
  return WORST_FIRST.find((state) => states.includes(state)) ?? null;
}

/** Every event an execution's present state implies, oldest first. `errors` are the texts of GetExecutionErrors. */
export function executionEvents(
  rows: readonly ExecutionDetail[],
  errors: readonly string[],
  { namespace, settings }: Mapping,
): RunEvent[] {
  const [first] = rows as [ExecutionDetail];
  const declared = jobNamed(settings.jobs, first.DefinitionGroupId);
  const description = first.ExecutionJob?.Description ?? "";
  const period = periodNamed(new RegExp(settings.description.period).exec(description)?.groups?.period);
  const state = stateOf(rows, settings);
  const queuedAt = earliest(rows.map((row) => row.StagingStartDateTime));
  // Without any time it has not begun, and will be on the list again once it has.
  if (!queuedAt) return [];
  const startedAt = state === "queued" ? null : queuedAt;
  const ends = rows.map((row) => instant(row.TargetEndDateTime) ?? instant(row.StagingEndDateTime));
  const place = { ...(declared?.entity && { entity: declared.entity }), ...(period && { period }) };
  const worst = rows.find(
    (row) => (STATES[statusOf(row, settings)] ?? settings.otherStates[statusOf(row, settings)]) === state,
  );
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: first.JobId, job: first.DefinitionGroupId, queuedAt, startedAt, state },
    endedAt: latest(ends),
    vendorStatus: statusOf(worst ?? first, settings),
    words: { queued: "NotRun", running: "Executing" },
    counts: state === "complete" || state === "partial" ? countsOf(rows, declared?.job.decides) : {},
    exceptions: exceptionsOf(state, errors).map((exception) => ({ ...place, ...exception })),
    correlationId: new RegExp(settings.description.batch).exec(description)?.groups?.batch ?? null,
    fills: declared?.job,
    position:
      declared?.entity && period
        ? { entity: declared.entity, ledger: settings.ledger?.ledger ?? "", period, version: settings.version }
        : null,
    completeThrough: declared?.job.completeThrough === "start" ? queuedAt : null,
  });
}

function statusOf(row: ExecutionDetail, { jobs }: Settings): string {
  const decides = jobNamed(jobs, row.DefinitionGroupId)?.job.decides ?? "target";
  const staged = row.TargetStatus === "NotRun" || row.TargetStatus === "";
  // While only the staging has begun, the target has not run though the execution does.
  if (decides === "target" && staged && row.StagingStatus !== "NotRun") {
    return row.StagingStatus === "Finished" ? "Executing" : row.StagingStatus;
  }
  return decides === "staging" ? row.StagingStatus : row.TargetStatus;
}

function exceptionsOf(state: RunState | null, errors: readonly string[]): RunException[] {
  if (state !== "failed" && state !== "partial") return [];
  const texts = errors.length > 0 ? errors : ["The execution failed and tells no errors."];
  return texts.map((text) => exceptionOf(text, RULES));
}

function countsOf(rows: readonly ExecutionDetail[], decides: "target" | "staging" = "target") {
  const sum = (countOf: (row: ExecutionDetail) => number | undefined) =>
    rows.reduce((total, row) => total + (countOf(row) ?? 0), 0);
  const staged = sum((row) => row.StagingRecordsCreatedCount);
  const loaded = sum((row) => (row.TargetRecordsCreatedCount ?? 0) + (row.TargetRecordsUpdatedCount ?? 0));
  const rowsWritten = decides === "staging" ? staged : loaded;
  const rowsRead = sum((row) => row.StagingRecordsToBeProcessedCount);
  return { rowsRead, rowsWritten, rowsRejected: Math.max(0, rowsRead - rowsWritten) };
}

/** Null for no time, which is written 1900-01-01. */
export function instant(text: string | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) || time < 0 ? null : new Date(time).toISOString();
}

function earliest(times: readonly (string | undefined)[]): string | null {
  return times.flatMap((time) => instant(time) ?? []).sort()[0] ?? null;
}

function latest(times: readonly (string | null)[]): string | null {
  return (
    times
      .flatMap((time) => time ?? [])
      .sort()
      .at(-1) ?? null
  );
}
