import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { ScriptRun } from "./vendor.ts";

export const PRODUCER = producerOf("netsuite");

/** `N/task` TaskStatus; further words are a setting. */
const STATES: Record<string, RunState> = {
  PENDING: "queued",
  PROCESSING: "running",
  COMPLETE: "complete",
  FAILED: "failed",
};

/** SuiteScript's error codes and texts; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern:
      /(?:(?<count>\d+) rows?: )?Invalid (?<dimension>[\w ]+?) reference key (?<member>.+?) for (?:subsidiary|account)/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern: /(?:(?<count>\d+) rows?: )?Invalid (?<dimension>[\w ]+?) reference key (?<member>[^\n]+?)\.?$/im,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern: /(?:(?<count>\d+) rows?: )?.*\bperiod\b.*\b(?:closed|locked)\b/i,
    code: "period-closed-at-target",
    class: "business",
  },
  { pattern: /\bsubsidiary\b.*\b(?:inactive|does not exist)\b/i, code: "missing-entity", class: "business" },
  {
    pattern: /SSS_(?:REQUEST|USAGE|TIME)_LIMIT|CONCURRENCY_LIMIT|WS_REQUEST_BLOCKED|too many requests/i,
    code: "api-limit",
    class: "technical",
  },
  { pattern: /INVALID_LOGIN|INSUFFICIENT_PERMISSION|token.*expired/i, code: "credential-expiry", class: "technical" },
  { pattern: /DUP_(?:RCRD|ENTITY|ITEM)|already exists/i, code: "duplicate-load", class: "control" },
  {
    pattern: /INVALID_FLD|RCRD_DSNT_EXIST|SSS_MISSING_REQD_ARGUMENT|INVALID_SEARCH/i,
    code: "contract-drift",
    class: "technical",
  },
  {
    pattern: /UNEXPECTED_ERROR|SSS_|timed? ?out|script (?:execution )?failed/i,
    code: "job-failed",
    class: "technical",
  },
];

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** Where a run stands, or null for a word nobody can place. Rows refused make a completed run a partial one. */
export function stateOf(run: ScriptRun, settings: Settings): RunState | null {
  const state = STATES[run.status] ?? settings.otherStates[run.status] ?? null;
  if (state !== "complete") return state;
  if ((run.rowsRejected ?? 0) > 0) return "partial";
  return run.errors.length > 0 ? "warning" : "complete";
}

/** Every event a run's present state implies, oldest first. */
export function scriptRunEvents(run: ScriptRun, { namespace, settings }: Mapping): RunEvent[] {
  const { parameters: names, version } = settings;
  const declared = jobNamed(settings.jobs, run.title);
  const state = stateOf(run, settings);
  const parameter = (name: string) => run.parameters[name]?.trim() ?? "";
  const entity = declared?.entity || parameter(names.entity);
  const period = periodNamed(parameter(names.period));
  const snapshotAsOf = instant(parameter(names.snapshotAsOf));
  const begun = declared?.job.completeThrough === "start" ? instant(run.startDate) : null;
  return seenRunEvents(PRODUCER, namespace, {
    key: run.taskId,
    job: run.title,
    queuedAt: instant(run.dateCreated)!,
    startedAt: instant(run.startDate),
    endedAt: instant(run.endDate),
    state,
    vendorStatus: run.status,
    words: { queued: "PENDING", running: "PROCESSING" },
    counts: { rowsRead: run.rowsRead, rowsWritten: run.rowsWritten, rowsRejected: run.rowsRejected },
    exceptions: state === "failed" || run.errors.length > 0 ? exceptionsOf(run, entity, period) : [],
    correlationId: parameter(names.batch) || null,
    fills: declared?.job,
    position:
      declared && entity && period
        ? { entity, ledger: settings.ledger?.ledger ?? "", period, version, ...(snapshotAsOf && { snapshotAsOf }) }
        : null,
    completeThrough: snapshotAsOf ?? begun,
  });
}

function exceptionsOf(run: ScriptRun, entity: string, period: string | null): RunException[] {
  const texts = run.errors.length > 0 ? run.errors : ["The script failed and says no reason."];
  return texts.map((text) => ({ ...exceptionOf(text, RULES), ...(entity && { entity }), ...(period && { period }) }));
}

function instant(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
