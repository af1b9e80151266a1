import type { ControlTotal, Position, RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { periodAt, placeOf } from "../placing.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { CoupaSettings } from "./settings.ts";
import type { IntegrationError, IntegrationRun } from "./vendor.ts";

export const PRODUCER = producerOf("coupa");

/** What integration errors say: Coupa's own validation, and what the other system answered. The first that fits counts. */
const RULES: readonly TextRule[] = [
  { pattern: /\bperiod\b.*\b(?:closed|locked|not open)\b/i, code: "period-closed-at-target", class: "business" },
  {
    pattern: /\b(?:over|exceeds?|insufficient) .*budget|budget .*exceeded/i,
    code: "budget-overrun",
    class: "business",
  },
  {
    pattern:
      /(?<dimension>[A-Z][\w ]*?) ["'](?<member>[^"']+)["'] (?:is not a valid|does not exist|was not found|is not mapped|is inactive)/,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern: /(?:account|combination|segment)s?\b.*\b(?:combination|not allowed|invalid)/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern: /(?:supplier|vendor|item|contract)\b.*\b(?:blocked|inactive|not found|unknown|mismatch)/i,
    code: "master-mismatch",
    class: "business",
  },
  { pattern: /already (?:been taken|exists|posted)|duplicate/i, code: "duplicate-load", class: "business" },
  { pattern: /\b401\b|unauthori[sz]ed|credential|token|certificate/i, code: "credential-expiry", class: "technical" },
  { pattern: /\b429\b|too many requests|rate limit/i, code: "api-limit", class: "technical" },
  {
    pattern: /missing (?:column|header|field)|unknown attribute|can't be blank|unexpected/i,
    code: "contract-drift",
    class: "technical",
  },
  { pattern: /timed? ?out|\b50\d\b|failed|error|could not/i, code: "job-failed", class: "technical" },
];

export function codeOf({ integration }: IntegrationRun): string {
  return integration?.code || integration?.name || "An integration without a code";
}

function unresolved(run: IntegrationRun): IntegrationError[] {
  return (run["integration-errors"] ?? []).filter(({ resolved }) => !resolved);
}

/** Where a run stands. A successful one that left errors or records behind is complete in part. */
export function stateOf(run: IntegrationRun, settings: CoupaSettings): RunState | null {
  const state = settings.statuses[run.status.toLowerCase()] ?? null;
  if (state === "failed" && unresolved(run).some((error) => new RegExp(settings.stopped, "i").test(textOf(error)))) {
    return "aborted";
  }
  const [total, processed] = [run["total-records"], run["records-processed"]];
  const left = total != null && processed != null && processed < total;
  return state === "complete" && (left || unresolved(run).length > 0) ? "partial" : state;
}

/** All of a run that may bring news: its own state, and which of its errors are open. */
export function versionOf(run: IntegrationRun): string {
  const errors = unresolved(run).map(({ id }) => id);
  return [run.status, run["end-time"], run["total-records"], run["records-processed"], ...errors.sort()].join(" ");
}

/** Every event a run's present state implies, oldest first. */
export function integrationRunEvents(
  run: IntegrationRun,
  { namespace, settings }: { namespace: string; settings: CoupaSettings },
): RunEvent[] {
  const job = codeOf(run);
  const declared = jobNamed(settings.jobs, job);
  const [queuedAt, startedAt, endedAt] = [run["created-at"], run["start-time"], run["end-time"]].map(iso);
  const named = new RegExp(settings.naming).exec(run.flow ?? "")?.groups ?? {};
  const period = declared && (periodNamed(named["period"]) ?? periodAt(queuedAt!, declared.job));
  const place = declared && placeOf(declared.job, declared.entity || named["entity"], period);
  const state = stateOf(run, settings);
  const [total, processed] = [run["total-records"], run["records-processed"]];
  const rejected = total != null && processed != null ? Math.max(0, total - processed) : unresolved(run).length;
  const begun = declared?.job.completeThrough === "start" ? (startedAt ?? queuedAt) : null;
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: run.id, job, queuedAt: queuedAt!, startedAt: state === "queued" ? null : startedAt },
    ...{ endedAt, changedAt: iso(run["updated-at"]), state, vendorStatus: run.status },
    words: { queued: "pending", running: "running" },
    counts: hasEnded(state) ? { rowsRead: total, rowsWritten: processed, rowsRejected: rejected } : {},
    exceptions: exceptionsOf(run, state, place ?? null),
    correlationId: named["batch"],
    fills: declared?.job,
    position: place,
    completeThrough: begun,
    totals: place && processed != null ? [countOf(place, processed, named["batch"])] : [],
  });
}

function countOf(
  { entity, period, ledger, version }: Position,
  count: number,
  batch: string | undefined,
): ControlTotal {
  const grain = { period, entity, ledger, version, account: "", currency: "" };
  return { ...grain, measure: "count", value: String(count), ...(batch && { correlationId: batch }) };
}

/** One exception for what several documents were refused for, with the first twenty of them. */
function exceptionsOf(
  run: IntegrationRun,
  state: RunState | null,
  place: { entity: string; period: string } | null,
): RunException[] {
  const at = place && { entity: place.entity, period: place.period };
  const groups = Map.groupBy(unresolved(run), textOf);
  if (groups.size === 0) {
    if (state === "failed") return [{ ...exceptionOf("The run failed and left no error.", RULES), ...at }];
    if (state !== "partial") return [];
    const count = (run["total-records"] ?? 0) - (run["records-processed"] ?? 0);
    const message = "Fewer records were processed than there are, and no error says why.";
    return [{ code: "count-gap", class: "control", message, count, ...at }];
  }
  return [...groups].map(([text, alike]) => {
    const documents = alike.flatMap((error) =>
      error["document-id"] ? [[error["document-type"], error["document-id"]].filter(Boolean).join(" ")] : [],
    );
    return {
      ...exceptionOf(text, RULES),
      count: alike.length,
      ...at,
      ...(documents.length > 0 && { documentRef: documents.slice(0, 20).join(", ") }),
    };
  });
}

function textOf({ responses, status }: IntegrationError): string {
  const said = (responses ?? []).map((response) =>
    [response["response-code"], response["response-message"]].filter(Boolean).join(": "),
  );
  return said.filter(Boolean).join("; ") || status || "An error without a text";
}

/** Times without a zone are UTC. */
function iso(text: string | null | undefined): string | null {
  if (!text) return null;
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
