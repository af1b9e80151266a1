import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import { CANCELLED, runKeyOf, type DagRun } from "./vendor.ts";

/** Every state of a DAG run. */
const STATES: Record<string, RunState> = {
  queued: "queued",
  running: "running",
  success: "complete",
  failed: "failed",
};

/** What tasks' logs say, most telling first. */
const RULES: readonly TextRule[] = [
  {
    pattern: /(?:unmapped|not mapped|no mapping).*?["'](?<member>[^"']+)["']/i,
    code: "unmapped-member",
    class: "business",
  },
  { pattern: /\bperiod\b.*\b(?:closed|locked)\b/i, code: "period-closed-at-target", class: "business" },
  { pattern: /\b429\b|too many requests|rate limit/i, code: "api-limit", class: "technical" },
  {
    pattern: /\b401\b|(?:token|credential|password)s? .*(?:expired|invalid)/i,
    code: "credential-expiry",
    class: "technical",
  },
  { pattern: /KeyError|column .* does not exist|schema/i, code: "contract-drift", class: "technical" },
  { pattern: /Error|Exception|timed? ?out|did not answer|failed/i, code: "job-failed", class: "technical" },
];

/** A task that failed, with the end of its log. */
export interface FailedTask {
  task: string;
  log: string;
}

/** Where a run stands; null for a state Airflow did not have when this was written. */
export function stateOf({ state, note }: DagRun): RunState | null {
  return state === "failed" && note?.startsWith(CANCELLED) ? "aborted" : (STATES[state] ?? null);
}

export function isOpen(run: DagRun): boolean {
  return !hasEnded(stateOf(run));
}

/** When the run last changed, as far as it says: `updated_at` is a filter and never answered. */
export function changedAt(run: DagRun): string {
  return iso(run.end_date) ?? iso(run.start_date) ?? queuedAt(run);
}

/** Every event a run's present state implies, oldest first. */
export function dagRunEvents(
  run: DagRun,
  failed: readonly FailedTask[],
  { namespace, settings }: { namespace: string; settings: Settings },
): RunEvent[] {
  const { conf: names } = settings;
  const declared = jobNamed(settings.jobs, run.dag_id);
  const told = (name: string) => (typeof run.conf?.[name] === "string" ? run.conf[name] : "");
  const snapshotAsOf = iso(told(names.snapshotAsOf));
  const place =
    declared && placeOf(declared.job, declared.entity || told(names.entity), periodNamed(told(names.period)));
  const begun = declared?.job.completeThrough === "start" ? iso(run.start_date) : null;
  return seenRunEvents(producerOf("airflow"), namespace, {
    ...{ key: runKeyOf(run), job: run.dag_id, queuedAt: queuedAt(run) },
    ...{ startedAt: iso(run.start_date), endedAt: iso(run.end_date), state: stateOf(run), vendorStatus: run.state },
    words: { queued: "queued", running: "running" },
    exceptions: stateOf(run) === "failed" ? exceptionsOf(failed, place ?? null) : [],
    correlationId: told(names.batch) || null,
    fills: declared?.job,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf ?? begun,
  });
}

function exceptionsOf(failed: readonly FailedTask[], place: { entity: string; period: string } | null): RunException[] {
  const texts = failed.length > 0 ? failed.map(reasonOf) : ["The DAG run failed and no task of it did."];
  const at = place && { entity: place.entity, period: place.period };
  return texts.map((text) => ({ ...exceptionOf(text, RULES), ...at }));
}

/** The last line of a log that names an error, behind the task it is of. */
function reasonOf({ task, log }: FailedTask): string {
  const lines = log.split("\n").map((line) => line.trim());
  const telling = lines.findLast((line) => /\b\w*(?:Error|Exception)\b ?:/.test(line) || /\bERROR\b/.test(line));
  return telling ? `Task ${task}: ${telling.slice(0, 500)}` : `Task ${task} failed.`;
}

function queuedAt(run: DagRun): string {
  const dates = [run.queued_at, run.run_after, run.start_date, run.logical_date, run.execution_date];
  return iso(dates.find(Boolean)) ?? new Date(0).toISOString();
}

function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
