import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { EssRequest } from "./vendor.ts";

export const PRODUCER = producerOf("oracle-fusion");

/** States of the Enterprise Scheduler. COMPLETED is not the end: the program is done, and what follows it is not. */
const STATES: Record<string, RunState> = {
  WAIT: "queued",
  PENDING_VALIDATION: "queued",
  READY: "queued",
  BLOCKED: "queued",
  HOLD: "held",
  RUNNING: "running",
  COMPLETED: "running",
  PAUSED: "running",
  ERROR_AUTO_RETRY: "running",
  CANCELLING: "aborting",
  SUCCEEDED: "complete",
  FINISHED: "complete",
  WARNING: "warning",
  ERROR: "failed",
  VALIDATION_FAILED: "failed",
  ERROR_MANUAL_RECOVERY: "failed",
  EXPIRED: "failed",
  CANCELLED: "aborted",
};

/** Texts and codes of journal imports and of the scheduler; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern:
      /(?:(?<count>\d+) (?:lines|rows|journals?): )?.*?value (?<member>.+?) for (?:the )?segment (?<dimension>[\w ]+?) (?:is (?:not valid|invalid)|doesn't exist)/i,
    code: "unmapped-member",
    class: "business",
  },
  {
    pattern:
      /(?:(?<count>\d+) (?:lines|rows|journals?): )?.*(?:\bEF\d\d\b|cross-validation|(?:account|code) combination\b.*\b(?:invalid|not valid|disabled))/i,
    code: "invalid-combination",
    class: "business",
  },
  {
    pattern:
      /(?:(?<count>\d+) (?:lines|rows|journals?): )?.*(?:\bEP\d\d\b|\bEU02\b|not in an open|period\b.*\b(?:closed|isn't open|not open))/i,
    code: "period-closed-at-target",
    class: "business",
  },
  {
    pattern: /\bWU01\b|out of balance|unbalanced|debits? (?:do|does)n't equal/i,
    code: "control-total-gap",
    class: "control",
  },
  { pattern: /intercompany\b.*\b(?:balanc|doesn't match)/i, code: "intercompany-imbalance", class: "business" },
  { pattern: /ledger\b.*\b(?:doesn't exist|not found|invalid)/i, code: "missing-entity", class: "business" },
  {
    pattern: /duplicate|already (?:been )?(?:imported|processed)|ESS-01050/i,
    code: "duplicate-load",
    class: "control",
  },
  { pattern: /insufficient funds|budget(?:ary)? control/i, code: "budget-overrun", class: "business" },
  { pattern: /REQUEST_LOGIN_ERROR|password|credential|expired token/i, code: "credential-expiry", class: "technical" },
  {
    pattern: /METADATA_NOT_FOUND|REQUEST_AUTHORIZATION_FAILED|VALIDATION_ERROR|column|control file/i,
    code: "contract-drift",
    class: "technical",
  },
  {
    pattern:
      /TIMED_OUT|timed? ?out|ORA-\d+|ESS-\d+|(?:SYSTEM|PROCESS|PROCESS_SYSTEM)_ERROR|REQUEST_EXPIRED|ended in error/i,
    code: "job-failed",
    class: "technical",
  },
];

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** The mark a request of ours leaves in a description: `GL actuals US01 [key]`. */
export function markedDescription(job: string, key: string): string {
  return `${job} [${key}]`;
}

/** The job's name: what its requests are described as, else what the vendor calls it. */
export function jobNameOf({ description, jobDisplayName, jobDefinitionId }: EssRequest, settings: Settings): string {
  const described = description?.replace(/ \[[^\]]*\]$/, "").trim() ?? "";
  if (described && jobNamed(settings.jobs, described)) return described;
  return jobDisplayName || jobDefinitionId?.split("/").at(-1) || described || "unnamed request";
}

/** Where a request stands, or null for a state nobody can place, UNKNOWN among them. */
export function stateOf(request: EssRequest, settings: Settings): RunState | null {
  if (request.state === "WARNING") {
    return jobNamed(settings.jobs, jobNameOf(request, settings))?.job.warningMeans ?? "warning";
  }
  // A schedule that has come to its end was never worked on itself.
  if (request.state === "SCHEDULE_ENDED") return request.processStartTime ? "failed" : "complete";
  return STATES[request.state] ?? null;
}

/** Every event a request's present state implies, oldest first. `parent` is the request that submitted it. */
export function requestEvents(
  request: EssRequest,
  parent: EssRequest | null,
  { namespace, settings }: Mapping,
): RunEvent[] {
  const name = jobNameOf(request, settings);
  const declared = jobNamed(settings.jobs, name);
  const state = stateOf(request, settings);
  const argument = (position: number | undefined) =>
    request.requestParameters?.find((each) => each.name === `submit.argument${position}`)?.value?.trim() ?? "";
  const entity = declared ? declared.entity || argument(declared.job.arguments.entity) : "";
  const period = periodNamed(argument(declared?.job.arguments.period));
  const startedAt = instant(request.processStartTime);
  const place = { ...(entity && { entity }), ...(period && { period }) };
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: String(request.requestId), job: name, queuedAt: instant(request.submissionTime)!, startedAt, state },
    endedAt: instant(request.completedTime ?? request.processEndTime),
    vendorStatus: request.state,
    words: { queued: "WAIT", running: "RUNNING" },
    exceptions: exceptionsOf(request, state).map((exception) => ({ ...place, ...exception })),
    correlationId: argument(declared?.job.arguments.batch) || null,
    ...(parent && { parent: { key: String(parent.requestId), job: jobNameOf(parent, settings) } }),
    fills: declared?.job,
    position:
      entity && period ? { entity, ledger: settings.ledger?.ledger ?? "", period, version: settings.version } : null,
    completeThrough: declared?.job.completeThrough === "start" ? startedAt : null,
  });
}

function exceptionsOf(request: EssRequest, state: RunState | null): RunException[] {
  if (state !== "failed" && state !== "partial" && state !== "warning") return [];
  const { errorWarningMessage, errorWarningDetail, cause } = request;
  const texts = [errorWarningMessage, errorWarningDetail].flatMap((text) => text?.split("\n") ?? []);
  const told = texts.map((text) => text.trim()).filter((text) => text !== "");
  if (told.length === 0) told.push(cause ?? `The request ended as ${request.state}.`);
  return told.map((text) => exceptionOf(text, RULES));
}

function instant(text: string | null | undefined): string | null {
  return text ? new Date(text).toISOString() : null;
}
