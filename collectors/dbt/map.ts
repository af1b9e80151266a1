import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { Result, Run, RunResults } from "./vendor.ts";

const PRODUCER = producerOf("dbt");

/** Status numbers of dbt Cloud. */
const STATES: Record<number, RunState> = {
  1: "queued",
  2: "queued",
  3: "running",
  10: "complete",
  20: "failed",
  30: "aborted",
};

const FAILED = new Set(["error", "fail", "runtime error"]);
const WARNED = new Set(["warn", "partial success"]);
const MOST_EXCEPTIONS = 20;

/** What nodes' messages say, most telling first. */
const RULES: readonly TextRule[] = [
  { pattern: /(?:unmapped|not mapped).*?["'](?<member>[^"']+)["']/i, code: "unmapped-member", class: "business" },
  {
    pattern: /Got (?<count>\d+) results?, configured to (?:fail|warn) if/i,
    code: "control-total-gap",
    class: "control",
  },
  {
    pattern: /does not exist|invalid identifier|contract .*(?:mismatch|enforced)/i,
    code: "contract-drift",
    class: "technical",
  },
  { pattern: /authenticat|credential|password|token.*expired/i, code: "credential-expiry", class: "technical" },
  { pattern: /error|timed? ?out|failed|did not answer/i, code: "job-failed", class: "technical" },
];

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** Where a run stands; null for a number dbt Cloud did not have when this was written. Warnings are told as such. */
export function stateOf({ status }: Run, results: RunResults | null = null): RunState | null {
  const state = STATES[status] ?? null;
  return state === "complete" && results?.results.some((each) => WARNED.has(each.status)) ? "warning" : state;
}

export function isOpen(run: Run): boolean {
  return !hasEnded(stateOf(run));
}

export function nameOf(run: Run): string {
  return run.job?.name ?? `job ${run.job_definition_id ?? "unknown"}`;
}

/** Every event a run of dbt Cloud implies now, oldest first. */
export function cloudRunEvents(run: Run, results: RunResults | null, mapping: Mapping): RunEvent[] {
  const state = stateOf(run, results);
  const texts = state === "failed" && !results?.results.some(isTold) ? [run.status_message || "The run failed."] : [];
  return seenRunEvents(PRODUCER, mapping.namespace, {
    ...{ key: String(run.id), job: nameOf(run), state, queuedAt: instant(run.created_at) ?? new Date(0).toISOString() },
    ...{ startedAt: instant(run.started_at), endedAt: instant(run.finished_at) },
    vendorStatus: run.status_humanized || String(run.status),
    words: { queued: "Queued", running: "Running" },
    exceptions: [],
    ...carried(nameOf(run), wordsIn(run.trigger?.cause ?? ""), instant(run.started_at), mapping),
    ...(hasEnded(state) && outcome(results, texts)),
  });
}

/** Every event an invocation of dbt Core implies: it is known only once it is over. */
export function invocationEvents(job: string, results: RunResults, mapping: Mapping): RunEvent[] {
  const { invocation_id, generated_at, invocation_started_at } = results.metadata;
  const endedAt = instant(generated_at) ?? new Date(0).toISOString();
  const lasted = (results.elapsed_time ?? 0) * 1000;
  const startedAt = instant(invocation_started_at) ?? new Date(Date.parse(endedAt) - lasted).toISOString();
  const failed = results.results.some(({ status }) => FAILED.has(status));
  const warned = results.results.some(({ status }) => WARNED.has(status));
  return seenRunEvents(PRODUCER, mapping.namespace, {
    ...{ key: invocation_id, job, queuedAt: startedAt, startedAt, endedAt },
    state: failed ? "failed" : warned ? "warning" : "complete",
    vendorStatus: failed ? "error" : warned ? "warn" : "success",
    words: { queued: "invoked", running: "running" },
    ...carried(job, wordsOf(results.args?.vars), startedAt, mapping),
    ...outcome(results, []),
  });
}

/** What a run fills, for which period, and what it carries; `words` are what it was told at its start. */
function carried(name: string, words: Record<string, string>, startedAt: string | null, { settings }: Mapping) {
  const declared = jobNamed(settings.jobs, name);
  const place = declared && placeOf(declared.job, declared.entity || words.entity, periodNamed(words.period));
  const snapshotAsOf = instant(words.snapshot);
  return {
    correlationId: words.batch ?? null,
    fills: declared?.job,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf ?? (declared?.job.completeThrough === "start" ? startedAt : null),
  };
}

function outcome(
  results: RunResults | null,
  texts: readonly string[],
): { exceptions: RunException[]; counts?: object } {
  const told = (results?.results ?? []).filter(isTold).slice(0, MOST_EXCEPTIONS);
  const exceptions = told.map((node) => exceptionOf(`${node.unique_id}: ${node.message ?? node.status}`, RULES));
  const rows = (results?.results ?? []).map(rowsOf).filter((count) => count !== null);
  return {
    exceptions: [...exceptions, ...texts.map((text) => exceptionOf(text, RULES))],
    ...(rows.length > 0 && { counts: { rowsWritten: rows.reduce((sum, count) => sum + count, 0) } }),
  };
}

function isTold({ status }: Result): boolean {
  return FAILED.has(status) || WARNED.has(status);
}

/** Some adapters count, others answer −1 or nothing. */
function rowsOf({ adapter_response, unique_id }: Result): number | null {
  const count = Number(adapter_response?.rows_affected ?? -1);
  return unique_id.startsWith("model.") && Number.isInteger(count) && count >= 0 ? count : null;
}

/** `period=2026-07 batch=GLA-1` anywhere in a cause. */
function wordsIn(cause: string): Record<string, string> {
  return Object.fromEntries(
    [...cause.matchAll(/\b(period|entity|batch|snapshot)=(\S+)/g)].map(([, key, value]) => [key, value]),
  );
}

/** dbt writes `--vars` as a map or as the YAML text it was given. */
function wordsOf(vars: unknown): Record<string, string> {
  if (typeof vars === "string") {
    const pairs = vars.matchAll(/["']?\b(period|entity|batch|snapshot)["']?\s*:\s*["']?([^"',}\s]+)/g);
    return Object.fromEntries([...pairs].map(([, key, value]) => [key, value]));
  }
  const entries = Object.entries((vars ?? {}) as object).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(entries);
}

export function instant(text: string | null | undefined): string | null {
  const time = Date.parse((text ?? "").replace(/^(\d{4}-\d\d-\d\d) /, "$1T"));
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
