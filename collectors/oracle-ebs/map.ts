import type { PeriodStatus, RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import type { LedgerLine, PeriodStanding } from "../ledger-book.ts";
import { instantOfLocal } from "../local-time.ts";
import { periodNamed } from "../period-name.ts";
import { seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { Ledger, Settings } from "./settings.ts";
import { RULES } from "./texts.ts";
import type { BalanceRow, ConcurrentRequest, PeriodRow } from "./vendor.ts";

export const PRODUCER = producerOf("oracle-ebs");

/** Codes of phase and status, which are the same in every language; a phase alone stands for its other statuses. */
const STATES: Record<string, RunState> = {
  P: "queued",
  PH: "held",
  R: "running",
  RT: "aborting",
  RS: "paused",
  CC: "complete",
  CG: "warning",
  CE: "failed",
  CD: "aborted",
  CX: "aborted",
  // Inactive: held, disabled, or without a manager that would run it.
  I: "held",
};

/** Why an inactive request does not run. */
const INACTIVE: Record<string, string> = {
  M: "No manager is defined or active that would run the request.",
  U: "The program is disabled.",
};

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** The mark a request of ours leaves in a description: `GL actuals US01 [key]`. */
export function markedDescription(job: string, key: string): string {
  return `${job} [${key}]`;
}

/** The job's name: what its requests are described as where that is declared, else the program's. */
export function jobNameOf({ DESCRIPTION, PROGRAM }: ConcurrentRequest, settings: Settings): string {
  const described = DESCRIPTION?.replace(/ \[[^\]]*\]$/, "").trim() ?? "";
  return described && jobNamed(settings.jobs, described) ? described : PROGRAM;
}

/** Where a request stands; null for codes nobody can place. */
export function stateOf(request: ConcurrentRequest, settings: Settings): RunState | null {
  const { PHASE_CODE: phase, STATUS_CODE: status } = request;
  const state = STATES[phase + status] ?? STATES[phase] ?? null;
  if (state !== "warning") return state;
  return jobNamed(settings.jobs, jobNameOf(request, settings))?.job.warningMeans ?? "warning";
}

/** When a request last changed, ISO 8601. */
export function changedAt({ LAST_UPDATE_DATE }: ConcurrentRequest, { timeZone }: Settings): string {
  return instantOfLocal(LAST_UPDATE_DATE, timeZone) ?? new Date(0).toISOString();
}

/** Every event a request's present state implies, oldest first. `parent` is the request that submitted it. */
export function requestEvents(
  request: ConcurrentRequest,
  parent: ConcurrentRequest | null,
  { namespace, settings }: Mapping,
): RunEvent[] {
  const local = (text: string | null | undefined) => instantOfLocal(text, settings.timeZone);
  const queuedAt = local(request.REQUEST_DATE);
  if (!queuedAt) return [];
  const name = jobNameOf(request, settings);
  const declared = jobNamed(settings.jobs, name);
  const state = stateOf(request, settings);
  const given = request.ARGUMENT_TEXT?.split(",").map((argument) => argument.trim()) ?? [];
  const argument = (position: number | undefined) => (position ? (given[position - 1] ?? "") : "");
  const entity = declared ? declared.entity || argument(declared.job.arguments.entity) : "";
  const period = periodNamed(argument(declared?.job.arguments.period));
  const startedAt = local(request.ACTUAL_START_DATE);
  const place = { ...(entity && { entity }), ...(period && { period }) };
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: request.REQUEST_ID, job: name, queuedAt, startedAt, state },
    ...{ endedAt: local(request.ACTUAL_COMPLETION_DATE), changedAt: changedAt(request, settings) },
    vendorStatus: `${request.PHASE_CODE} ${request.STATUS_CODE}`,
    words: { queued: "P I", running: "R R" },
    exceptions: exceptionsOf(request, state).map((exception) => ({ ...place, ...exception })),
    correlationId: argument(declared?.job.arguments.batch) || null,
    ...(parent && { parent: { key: parent.REQUEST_ID, job: jobNameOf(parent, settings) } }),
    fills: declared?.job,
    position:
      entity && period ? { entity, ledger: settings.ledger?.ledger ?? "", period, version: settings.version } : null,
    completeThrough: declared?.job.completeThrough === "start" ? startedAt : null,
  });
}

function exceptionsOf(request: ConcurrentRequest, state: RunState | null): RunException[] {
  const idle = request.PHASE_CODE === "I" ? INACTIVE[request.STATUS_CODE] : undefined;
  if (idle) return [{ code: "queue-backlog", class: "technical", message: idle }];
  if (state !== "failed" && state !== "partial" && state !== "warning") return [];
  const texts = request.COMPLETION_TEXT?.split("\n").map((text) => text.trim()) ?? [];
  const told = texts.filter((text) => text !== "");
  if (told.length === 0) told.push(`The request completed with status ${request.STATUS_CODE} and says no reason.`);
  return told.map((text) => exceptionOf(text, RULES));
}

/** Closing statuses of periods; any other tells nothing. */
const STANDINGS: Record<string, { status: PeriodStatus; native: string }> = {
  N: { status: "future", native: "Never opened" },
  F: { status: "future", native: "Future" },
  O: { status: "open", native: "Open" },
  C: { status: "closed", native: "Closed" },
  P: { status: "locked", native: "Permanently closed" },
};

/** Periods of the ledger as the standing of each of its entities. */
export function standingsOf(rows: readonly PeriodRow[], { entities }: Ledger): PeriodStanding[] {
  return Object.values(entities).flatMap((entity) =>
    rows.flatMap(({ PERIOD_NAME, CLOSING_STATUS }) => {
      const period = periodNamed(PERIOD_NAME);
      const standing = STANDINGS[CLOSING_STATUS];
      return period && standing ? [{ entity, period, ...standing }] : [];
    }),
  );
}

/** Balances as lines of the ledger. What belongs to a segment nobody declared is left out. */
export function ledgerLines(rows: readonly BalanceRow[], { entities }: Ledger): LedgerLine[] {
  return rows.flatMap(({ SEGMENT, PERIOD_NAME, ACCOUNT: account, CURRENCY_CODE: currency, ...net }) => {
    const entity = entities[SEGMENT];
    const period = periodNamed(PERIOD_NAME);
    if (!entity || !period) return [];
    return [{ entity, period, account, currency, debit: net.PERIOD_NET_DR, credit: net.PERIOD_NET_CR }];
  });
}
