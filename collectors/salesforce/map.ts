import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import type { LedgerLine } from "../ledger-book.ts";
import { periodAt, placeOf } from "../placing.ts";
import { hasEnded, seenRunEvents, type RunState, type SeenRun } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Figures, SalesforceSettings } from "./settings.ts";
import type { ApexJob, BulkJob } from "./vendor.ts";

export const PRODUCER = producerOf("salesforce");

/** Every state of a bulk job. */
const BULK: Record<string, RunState> = {
  ...{ Open: "queued", UploadComplete: "queued", InProgress: "running" },
  ...{ JobComplete: "complete", Failed: "failed", Aborted: "aborted" },
};
/** Every status of an Apex job; `Holding` waits in the flex queue. */
const APEX: Record<string, RunState> = {
  ...{ Holding: "queued", Queued: "queued", Preparing: "queued", Processing: "running" },
  ...{ Completed: "complete", Failed: "failed", Aborted: "aborted" },
};

/** Salesforce's status codes and texts; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern: /Foreign key external ID: (?<member>.+?) not found for field \S+ in entity (?<dimension>[\w ]+)/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern: /bad value for restricted picklist field: (?<member>.+?):(?<dimension>\w+)/i,
    code: "unmapped-member",
    class: "business",
  },
  { pattern: /\bperiod\b.*\b(?:closed|locked)\b/i, code: "period-closed-at-target", class: "business" },
  {
    pattern: /INVALID_CROSS_REFERENCE_KEY|FIELD_INTEGRITY_EXCEPTION|FIELD_FILTER_VALIDATION/i,
    code: "master-mismatch",
    class: "business",
  },
  { pattern: /combination|FIELD_CUSTOM_VALIDATION_EXCEPTION/i, code: "invalid-combination", class: "business" },
  { pattern: /DUPLICATE_VALUE|DUPLICATES_DETECTED|DUPLICATE_EXTERNAL_ID/i, code: "duplicate-load", class: "business" },
  {
    pattern: /REQUEST_LIMIT|LIMIT_EXCEEDED|TooManyRequests|too many (?:SOQL|DML)|ExceededQuota/i,
    code: "api-limit",
    class: "technical",
  },
  {
    pattern: /INVALID_SESSION|INSUFFICIENT_ACCESS|authentication|expired/i,
    code: "credential-expiry",
    class: "technical",
  },
  {
    pattern: /INVALID_FIELD|REQUIRED_FIELD_MISSING|InvalidBatch|Field name not found|MALFORMED|No such column/i,
    code: "contract-drift",
    class: "technical",
  },
  { pattern: /UNABLE_TO_LOCK_ROW|exception|error|failed|timed? ?out/i, code: "job-failed", class: "technical" },
];

/** `2026-08-01T01:00:02.000+0000`, which lacks a colon, as ISO 8601 in UTC. */
export function instantOf(text: string | null | undefined): string | null {
  const time = Date.parse((text ?? "").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** Ids have 15 characters, or 18 with a check of their case. */
function sameId(one: string, other: string): boolean {
  return one.slice(0, 15) === other.slice(0, 15);
}

/** A bulk job's name: `upsert Invoice__c`, with the entity of the user who created it behind. */
export function bulkName({ operation, object, createdById }: BulkJob, { users }: SalesforceSettings): string {
  const entity = Object.keys(users).find((each) => createdById && sameId(users[each]!, createdById));
  return [operation, object, entity].filter(Boolean).join(" ");
}

export function bulkState(job: BulkJob): RunState | null {
  const state = BULK[job.state] ?? null;
  return state === "complete" && (job.numberRecordsFailed ?? 0) > 0 ? "partial" : state;
}

export function apexState({ Status, NumberOfErrors }: ApexJob): RunState | null {
  const state = APEX[Status] ?? null;
  return state === "complete" && (NumberOfErrors ?? 0) > 0 ? "warning" : state;
}

interface Context {
  namespace: string;
  settings: SalesforceSettings;
}

/** Every event a bulk job's present state implies; `refused` are rows of `failedResults`. */
export function bulkEvents(
  job: BulkJob,
  refused: readonly Record<string, string>[],
  { namespace, settings }: Context,
): RunEvent[] {
  const state = bulkState(job);
  const [processed, rejected] = [job.numberRecordsProcessed, job.numberRecordsFailed];
  const written = processed == null ? null : Math.max(0, processed - (rejected ?? 0));
  const run = {
    key: job.id,
    job: bulkName(job, settings),
    createdAt: instantOf(job.createdDate),
    state,
    status: job.state,
  };
  return seenRunEvents(PRODUCER, namespace, {
    ...seen(run, instantOf(job.systemModstamp), settings),
    counts: hasEnded(state) ? { rowsRead: processed, rowsWritten: written, rowsRejected: rejected } : {},
    exceptions: bulkExceptions(job, state, refused),
  });
}

/** Every event an Apex job's present state implies. */
export function apexEvents(job: ApexJob, { namespace, settings }: Context): RunEvent[] {
  const state = apexState(job);
  const name = [job.ApexClass?.Name ?? job.JobType ?? "Apex", job.MethodName].filter(Boolean).join(".");
  const run = { key: job.Id, job: name, createdAt: instantOf(job.CreatedDate), state, status: job.Status };
  const told = state === "failed" || state === "warning";
  const text = job.ExtendedStatus || `${job.NumberOfErrors ?? 0} of ${job.TotalJobItems ?? 0} batches failed`;
  const share = (job.JobItemsProcessed ?? 0) / (job.TotalJobItems || 1);
  return seenRunEvents(PRODUCER, namespace, {
    ...seen(run, instantOf(job.CompletedDate), settings),
    counts: state === "running" && share > 0 && share < 1 ? { progress: share } : {},
    exceptions: told ? [exceptionOf(text, RULES)] : [],
    parent: job.ParentJobId ? { key: job.ParentJobId, job: `Parent of ${name}` } : undefined,
  });
}

function seen(
  run: { key: string; job: string; createdAt: string | null; state: RunState | null; status: string },
  changedAt: string | null,
  settings: SalesforceSettings,
): Omit<SeenRun, "exceptions"> {
  const declared = jobNamed(settings.jobs, run.job);
  const createdAt = run.createdAt ?? new Date(0).toISOString();
  const place = declared && placeOf(declared.job, declared.entity, periodAt(createdAt, declared.job));
  return {
    ...{ key: run.key, job: run.job, queuedAt: createdAt, startedAt: run.state === "queued" ? null : createdAt },
    ...{ endedAt: changedAt, state: run.state, vendorStatus: run.status },
    words: { queued: "Queued", running: "InProgress" },
    fills: declared?.job,
    position: place,
    completeThrough: declared?.job.completeThrough === "start" ? createdAt : null,
  };
}

/** Rows refused, one exception for each reason; where they were not read, how many. */
function bulkExceptions(
  job: BulkJob,
  state: RunState | null,
  refused: readonly Record<string, string>[],
): RunException[] {
  if (state === "failed") return [exceptionOf(job.errorMessage || "The job failed.", RULES)];
  if (state !== "partial") return [];
  if (refused.length === 0) {
    const count = job.numberRecordsFailed ?? 0;
    return [
      { code: "unknown", class: "business", message: `${count} records failed; their reasons were not read.`, count },
    ];
  }
  const groups = Map.groupBy(refused, (row) => row["sf__Error"] || "A row was refused without a reason.");
  return [...groups].map(([text, rows]) => {
    const ids = rows.flatMap((row) => (job.externalIdFieldName ? (row[job.externalIdFieldName] ?? []) : []));
    return {
      ...exceptionOf(text, RULES),
      count: rows.length,
      ...(ids.length > 0 && { documentRef: ids.slice(0, 20).join(", ") }),
    };
  });
}

/** Adds an object up for one period, by entity and, where declared, account and currency. */
export function figuresQuery(figures: Figures, period: string): string {
  const [year = 0, month = 0] = period.split("-").map(Number);
  const [from, to] = [0, 1].map((more) => new Date(Date.UTC(year, month - 1 + more, 1)).toISOString().slice(0, 10));
  const groups = [figures.entityField, figures.accountField, figures.currencyField];
  const aliases = ["entity", "account", "currency"];
  const fields = groups.flatMap((field, index) => (field ? `${field} ${aliases[index]}Key` : []));
  const narrowed = figures.where ? ` AND (${figures.where})` : "";
  return `SELECT ${fields.join(",")},COUNT(Id) lines,SUM(${figures.amountField}) total FROM ${figures.object} WHERE ${figures.dateField} >= ${from} AND ${figures.dateField} < ${to}${narrowed} GROUP BY ${groups.filter(Boolean).join(",")}`;
}

/** Asks in which months records are dated; what is no id, as the wildcards of merged changes, is left out. */
export function monthsQuery(object: string, dateField: string, ids: readonly string[]): string {
  const named = ids.filter((id) => /^\w{15}(\w{3})?$/.test(id)).map((id) => `'${id}'`);
  const parts = [`CALENDAR_YEAR(${dateField})`, `CALENDAR_MONTH(${dateField})`] as const;
  return `SELECT ${parts[0]} year,${parts[1]} month,COUNT(Id) lines FROM ${object} WHERE Id IN (${named.join(",") || "''"}) GROUP BY ${parts.join(",")}`;
}

/** A group of the query as a line of the book; null where it is of an entity nobody declared. */
export function figuresLine(row: Record<string, unknown>, period: string, figures: Figures): LedgerLine | null {
  const cell = (key: string) => (typeof row[key] === "string" ? row[key] : "");
  const entity = Object.keys(figures.entities).find((each) => figures.entities[each] === cell("entityKey"));
  if (!entity) return null;
  return {
    entity,
    period,
    account: cell("accountKey"),
    currency: cell("currencyKey"),
    count: cell("lines") || "0",
    net: cell("total") || "0",
  };
}
