import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { filled } from "../job-name.ts";
import type { LedgerLine } from "../ledger-book.ts";
import { instantOfLocal } from "../local-time.ts";
import { periodNamed } from "../period-name.ts";
import { seenRunEvents, type RunState, type SeenRun } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import { IDOC_STATES, JOB_STATES } from "./states.ts";
import { RULES } from "./texts.ts";
import { abapDecimal, type GlTotal, type Idoc, type Job } from "./vendor.ts";

export const PRODUCER = producerOf("sap-ecc");

/** A row of either list. */
export type Row = { idoc: Idoc; job?: undefined } | { job: Job; idoc?: undefined };

export interface Mapping {
  namespace: string;
  settings: Settings;
}

/** Where an IDoc or a job stands; null for what says nothing about it, such as a test or an archived IDoc. */
export function stateOf({ idoc, job }: Row, settings: Settings): RunState | null {
  if (idoc) return idoc.STATUS === "03" ? settings.handedToPort : (IDOC_STATES[idoc.STATUS] ?? null);
  const state = JOB_STATES[job.STATUS] ?? null;
  // The status does not tell a crash from an operator's hand; the log does.
  return state === "failed" && /cancell?ed by user|terminated by user/i.test(job.LOG ?? "") ? "aborted" : state;
}

/** The run's key: an IDoc's number, or a job's name and count. */
export function keyOf({ idoc, job }: Row): string {
  return idoc ? idoc.DOCNUM : `${job.JOBNAME}/${job.JOBCOUNT}`;
}

/** When a row last changed, ISO 8601; null where it has no readable time. */
export function changedAt(row: Row, settings: Settings): string | null {
  const times = timesOf(row, settings);
  return times.endedAt ?? times.changedAt ?? times.startedAt ?? times.queuedAt;
}

/** Every event a row implies, oldest first. */
export function rowEvents(row: Row, { namespace, settings }: Mapping): RunEvent[] {
  const { queuedAt, startedAt, endedAt, changedAt: at } = timesOf(row, settings);
  if (!queuedAt) return [];
  const { idoc, job } = row;
  const state = stateOf(row, settings);
  const name = idoc ? idocName(idoc) : job.JOBNAME;
  const declared = jobNamed(settings.jobs, name);
  const { PERIOD, BATCH } = idoc ?? job;
  const period = periodNamed(PERIOD);
  const entity = declared?.entity ?? "";
  const place = { ...(entity && { entity }), ...(period && { period }) };
  const middleware = idoc?.ARCKEY?.trim() ? declared?.job.middleware : undefined;
  return seenRunEvents(PRODUCER, namespace, {
    ...{ key: keyOf(row), job: name, queuedAt, startedAt, endedAt, changedAt: at, state },
    vendorStatus: idoc ? idoc.STATUS : job.STATUS,
    words: idoc ? { queued: idoc.DIRECT === "1" ? "01" : "50", running: "03" } : { queued: "S", running: "R" },
    exceptions: exceptionsOf(row, state).map((exception) => ({ ...place, ...exception })),
    correlationId: BATCH?.trim() || null,
    ...(middleware && {
      upstream: { namespace: middleware.namespace, key: idoc!.ARCKEY!.trim(), job: filled(middleware.job, entity) },
    }),
    fills: declared?.job,
    position:
      entity && period ? { entity, ledger: settings.ledger?.ledger ?? "", period, version: settings.version } : null,
    completeThrough: declared?.job.completeThrough === "start" ? (startedAt ?? queuedAt) : null,
  });
}

/** An IDoc's job: its message type, the partner it goes to or comes from, and the company code. */
function idocName({ MESTYP, DIRECT, RCVPRN, SNDPRN, BUKRS }: Idoc): string {
  return [MESTYP, DIRECT === "1" ? RCVPRN : SNDPRN, BUKRS].flatMap((part) => part?.trim() || []).join(" ");
}

type Times = Record<"queuedAt" | "startedAt" | "endedAt" | "changedAt", string | null>;

function timesOf({ idoc, job }: Row, settings: Settings): Times {
  const local = (date = "", time = "") => instantOfLocal(`${date}${time}`, settings.timeZone);
  if (idoc) {
    const changed = local(idoc.UPDDAT, idoc.UPDTIM);
    const state = stateOf({ idoc }, settings);
    const begun = state === "running" ? changed : null;
    return { queuedAt: local(idoc.CREDAT, idoc.CRETIM), startedAt: begun, endedAt: changed, changedAt: changed };
  }
  return {
    queuedAt: local(job.SDLSTRTDT, job.SDLSTRTTM),
    startedAt: local(job.STRTDATE, job.STRTTIME),
    endedAt: local(job.ENDDATE, job.ENDTIME),
    changedAt: null,
  };
}

function exceptionsOf({ idoc, job }: Row, state: SeenRun["state"]): RunException[] {
  if (state !== "failed" && state !== "partial") return [];
  const texts = (idoc ? idoc.STATXT : job.LOG)?.split("\n").map((text) => text.trim()) ?? [];
  const told = texts.filter((text) => text !== "");
  if (told.length === 0)
    told.push(idoc ? `The IDoc has status ${idoc.STATUS}.` : "The job was cancelled and its log says nothing.");
  return told.map((text) => exceptionOf(text, RULES));
}

/** A line of the totals tables. Credits stand there with a minus; here debit and credit are gross. */
export function ledgerLine({ RBUKRS, RYEAR, POPER, RACCT, RTCUR, DEBIT, CREDIT, ITEMS }: GlTotal): LedgerLine {
  return {
    ...{ entity: RBUKRS, period: `${RYEAR}-${POPER.slice(-2)}`, account: RACCT, currency: RTCUR },
    ...{ count: ITEMS?.trim(), debit: abapDecimal(DEBIT), credit: abapDecimal(CREDIT).replace(/^-/, "") },
  };
}
