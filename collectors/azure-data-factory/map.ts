import type { ControlTotal, RunException } from "../../schemas/event/facets.ts";
import { DecimalString, PeriodKey } from "../../schemas/instant.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { placeOf } from "../placing.ts";
import { RELAYED } from "../relayed-text.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Pipeline, Settings } from "./settings.ts";
import type { ActivityRun, PipelineRun } from "./vendor.ts";

export const PRODUCER = producerOf("azure-data-factory");

/** Statuses of pipeline runs; older services write Canceled. */
const STATES: Record<string, RunState> = {
  Queued: "queued",
  InProgress: "running",
  Canceling: "aborting",
  Succeeded: "complete",
  Failed: "failed",
  Cancelled: "aborted",
  Canceled: "aborted",
};

/** Error codes and texts of activities; the first that fits counts. */
const RULES: readonly TextRule[] = [
  { pattern: /primary ?key ?violation|violation of primary key/i, code: "duplicate-load", class: "control" },
  { pattern: /AADSTS|InvalidAuthentication|AccessToken/i, code: "credential-expiry", class: "technical" },
  { pattern: /ColumnNotFound|invalid column|SchemaMapping/i, code: "contract-drift", class: "technical" },
  { pattern: /DataConsistency|consistency verification/i, code: "count-gap", class: "control" },
  ...RELAYED,
  { pattern: /ErrorCode=|UserError|SystemError|OperationFailed/i, code: "job-failed", class: "technical" },
];

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** Whether the activities of a run say more than the run itself: what it copied, or why it failed. */
export function needsActivities(run: PipelineRun, { settings }: Mapping): boolean {
  const state = stateOf(run.status, settings);
  return (state === "complete" || state === "failed") && jobNamed(settings.pipelines, run.pipelineName) !== undefined;
}

export function stateOf(status: string, settings: Settings): RunState | null {
  return STATES[status] ?? settings.otherStates[status] ?? null;
}

/** Whether a run will not change any more, unless somebody runs it again. */
export function isOver(run: PipelineRun, settings: Settings): boolean {
  return hasEnded(stateOf(run.status, settings));
}

/** Every event a run's present state implies, oldest first. `activities` is empty where they need not be asked. */
export function pipelineRunEvents(run: PipelineRun, activities: readonly ActivityRun[], mapping: Mapping): RunEvent[] {
  const { namespace, settings } = mapping;
  const declared = jobNamed(settings.pipelines, run.pipelineName);
  const parameter = (name: string) => textOf(run.parameters?.[name]);
  const entity = parameter(settings.parameters.entity) || declared?.entity || "";
  const period = PeriodKey.safeParse(parameter(settings.parameters.period)).data ?? null;
  const snapshotAsOf = instant(parameter(settings.parameters.snapshotAsOf));
  const startedAt = instant(run.runStart);
  const correlationId = parameter(settings.parameters.correlationId) || null;
  const copied = rowsOf(activities, declared?.job);
  const state = stateOf(run.status, settings);
  const exceptions = exceptionsOf(run, state, activities, copied.skipped);
  const place = declared ? placeOf(declared.job, entity, period) : null;
  return seenRunEvents(PRODUCER, namespace, {
    key: run.runId,
    job: run.pipelineName,
    queuedAt: startedAt ?? instant(run.lastUpdated)!,
    startedAt: state === "queued" ? null : startedAt,
    changedAt: instant(run.lastUpdated),
    endedAt: instant(run.runEnd) ?? instant(run.lastUpdated),
    state:
      state === "complete" && copied.skipped
        ? "partial"
        : state === "complete" && exceptions.length > 0
          ? "warning"
          : state,
    vendorStatus: run.status,
    words: { queued: "Queued", running: "InProgress" },
    counts: { rowsRead: copied.read, rowsWritten: copied.copied, rowsRejected: copied.skipped },
    exceptions: exceptions.map((exception) => ({ ...exception, ...(entity && { entity }), ...(period && { period }) })),
    correlationId,
    fills: declared?.job,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf ?? (declared?.job.completeThrough === "start" ? startedAt : null),
    totals: place ? totalsOf(activities, declared!.job, settings, { ...place, correlationId }) : [],
  });
}

/** Rows of the Copy activities that count; null where the service does not say, as with copies of files. */
function rowsOf(activities: readonly ActivityRun[], pipeline: Pipeline | undefined) {
  const copies = activities.filter(
    ({ activityType, activityName, output }) =>
      activityType === "Copy" && output && (!pipeline?.copyActivity || pipeline.copyActivity === activityName),
  );
  const sum = (key: "rowsRead" | "rowsCopied" | "rowsSkipped") => {
    const told = copies.map(({ output }) => output?.[key]).filter((rows) => rows != null);
    return told.length > 0 ? told.reduce((total, rows) => total + rows, 0) : null;
  };
  return { read: sum("rowsRead"), copied: sum("rowsCopied"), skipped: sum("rowsSkipped") };
}

function exceptionsOf(
  run: PipelineRun,
  state: RunState | null,
  activities: readonly ActivityRun[],
  skipped: number | null,
): RunException[] {
  if (state === "failed") {
    const texts = activities
      .filter(({ status, error }) => status === "Failed" && error?.message)
      .map(
        ({ activityName, error }) => `${activityName}: ${[error?.errorCode, error?.message].filter(Boolean).join(" ")}`,
      );
    const told = texts.length > 0 ? texts : [run.message || `The pipeline run ${run.status.toLowerCase()}.`];
    return told.map((text) => exceptionOf(text, RULES));
  }
  if (state !== "complete") return [];
  const exceptions: RunException[] = [];
  if (skipped) {
    const message = `${skipped} rows were skipped as incompatible; the copy's log in storage names them.`;
    exceptions.push({ code: "count-gap", class: "control", message, count: skipped });
  }
  for (const { activityName, output } of activities) {
    const result = output?.dataConsistencyVerification?.VerificationResult;
    if (result !== "Warning" || skipped) continue;
    exceptions.push({
      code: "count-gap",
      class: "control",
      message: `${activityName}: data consistency verification ${result}`,
    });
  }
  return exceptions;
}

type Grain = Pick<ControlTotal, "entity" | "period" | "ledger" | "version"> & { correlationId: string | null };

function totalsOf(
  activities: readonly ActivityRun[],
  pipeline: Pipeline,
  { totals }: Settings,
  grain: Grain,
): ControlTotal[] {
  const output = activities.find(({ activityName }) => activityName === pipeline.totalsActivity)?.output;
  const { correlationId, ...place } = grain;
  return (output?.value ?? (output?.firstRow ? [output.firstRow] : [])).flatMap((row) =>
    (["count", "debit", "credit", "net"] as const).flatMap((measure) => {
      const value = DecimalString.safeParse(textOf(row[totals[measure]])).data;
      if (value === undefined) return [];
      const at = { account: textOf(row[totals.account]), currency: textOf(row[totals.currency]) };
      return [{ ...place, ...at, measure, value, ...(correlationId && { correlationId }) }];
    }),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

/** To the millisecond, whatever the service writes behind it. */
export function instant(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
