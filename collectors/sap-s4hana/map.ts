import type { OutcomeFacet, RunException } from "../../schemas/event/facets.ts";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobPattern } from "../job-name.ts";
import { odataInstant } from "../odata.ts";
import { runIdOf } from "../run-id.ts";
import { producerOf, signedRun } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import { readJobLog, type Told } from "./job-log.ts";
import type { Job, Settings } from "./settings.ts";
import { runKeyOf, type JobHeader, type LogMessage } from "./vendor.ts";

export const PRODUCER = producerOf("sap-s4hana");

/** What job logs say, most telling first. */
const ERROR_TEXTS: readonly TextRule[] = [
  { pattern: /\bperiod\b.*\b(?:not open|closed)\b/i, code: "period-closed-at-target", class: "business" },
  {
    pattern: /\bcost cent(?:er|re) (?<member>\S+) (?:does not exist|is not defined|is blocked|is locked)/i,
    code: "master-mismatch",
    class: "business",
  },
  {
    pattern: /\b(?:G\/L )?account (?<member>\S+) (?:does not exist|is not defined|is blocked|is locked)/i,
    code: "master-mismatch",
    class: "business",
  },
  {
    pattern: /company code (?<entity>\S+) (?:does not exist|is not defined)/i,
    code: "missing-entity",
    class: "business",
  },
  { pattern: /already (?:extracted|processed|loaded)/i, code: "duplicate-load", class: "control" },
  { pattern: /password|certificate.*expired|logon (?:failed|denied)/i, code: "credential-expiry", class: "technical" },
  {
    pattern:
      /TIME_?OUT|system exception|short ?dump|no authori[sz]ation|locked by|could not be (?:sent|reached)|cancell?ed/i,
    code: "job-failed",
    class: "technical",
  },
];

/** Status letters, in OpenLineage's words. Letters that are not here leave the run as it is. */
const EVENT_TYPES: Record<string, EventType> = {
  R: "RUNNING",
  Z: "RUNNING",
  F: "COMPLETE",
  A: "FAIL",
  C: "ABORT",
  D: "ABORT",
};

const ENDED = new Set(["F", "A", "C", "D"]);
const MOST_EXCEPTIONS = 20;

/** Whether a run in this status changes no more. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

export interface Mapping {
  namespace: string;
  settings: Settings;
  /** Status letter → this system's own word for it. */
  statusTexts: ReadonlyMap<string, string>;
}

/** The job's own name in its text; a run started by Tieout carries a mark behind it. */
export function jobNameIn(jobText: string): string {
  return jobText.replace(/ #[0-9a-f]{8}$/, "");
}

/** A run's row, with steps and logs, as events: START once it is running, and where it stands now. */
export function jobEvents(header: JobHeader, { started }: { started: boolean }, mapping: Mapping): RunEvent[] {
  const run = readRun(header, mapping);
  if (!run.startedAt) {
    const type = EVENT_TYPES[header.JobStatus];
    // Not begun: the run is known and nothing more, unless it was deleted or cancelled before its time.
    return [eventOf(run, type === "ABORT" ? "ABORT" : "OTHER", run.endedAt ?? run.plannedAt)];
  }
  const events = started ? [] : [eventOf(run, "START", run.startedAt)];
  const type = typeOf(run);
  if (ENDED.has(header.JobStatus)) events.push(eventOf(run, type, run.endedAt ?? run.startedAt));
  else if (started || header.JobStatus !== "R") events.push(eventOf(run, type, run.startedAt));
  return events;
}

/** A run that vanished before its end was seen. SAP says no time, so the last one known stands. */
export function goneEvent(key: string, name: string, at: string, mapping: Mapping): RunEvent {
  return signedRun(PRODUCER, {
    eventType: "ABORT",
    at,
    runId: runIdOf(mapping.namespace, key),
    job: { namespace: mapping.namespace, name },
    facets: { tieout_outcome: { vendorStatus: "Job doesn't exist (APJ_RT/003)" } },
    inputs: [],
    outputs: [],
  });
}

/** A row with what its text and its log mean. */
interface JobRun {
  header: JobHeader;
  mapping: Mapping;
  key: string;
  name: string;
  job: Job | null;
  entity: string;
  plannedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  returnCode: number;
  messages: LogMessage[];
  told: Told;
}

function readRun(header: JobHeader, mapping: Mapping): JobRun {
  const { settings } = mapping;
  const steps = header.JobStepSet?.results ?? [];
  const logs = steps.flatMap((step) => step.JobStepLogInfoSet?.results ?? []);
  const messages = logs.flatMap((log) => log.JobLogMessageSet?.results ?? []);
  const name = jobNameIn(header.JobText);
  const matched = settings.jobs
    .map((job) => ({ job, entity: jobPattern(job.name).entityIn(name) }))
    .find(({ entity }) => entity !== null);
  const told = readJobLog(messages, settings.log);
  const startedAt = odataInstant(header.JobStartDateTime);
  return {
    header,
    mapping,
    key: runKeyOf(header),
    name,
    job: matched?.job ?? null,
    entity: told.entity ?? matched?.entity ?? "",
    plannedAt: odataInstant(header.JobPlannedStartDateTime) ?? startedAt ?? new Date(0).toISOString(),
    startedAt,
    endedAt: odataInstant(header.JobEndDateTime),
    returnCode: steps.find((step) => step.StepAppRC !== 0)?.StepAppRC ?? 0,
    messages,
    told,
  };
}

function typeOf({ header, returnCode, mapping }: JobRun): EventType {
  if (header.JobStatus === "F" && returnCode !== 0 && mapping.settings.nonZeroReturnCode === "fail") return "FAIL";
  return EVENT_TYPES[header.JobStatus] ?? "OTHER";
}

function eventOf(run: JobRun, eventType: EventType, at: string): RunEvent {
  const { mapping, job } = run;
  const exceptions = eventType === "START" ? [] : exceptionsOf(run, eventType);
  const errors = exceptions.filter(({ code }) => code !== "contract-drift").map(({ message }) => message);
  return signedRun(PRODUCER, {
    eventType,
    at,
    runId: runIdOf(mapping.namespace, run.key),
    job: { namespace: mapping.namespace, name: run.name },
    facets: {
      tieout_outcome: outcomeOf(run, eventType),
      tieout_correlation: correlationOf(run),
      tieout_exceptions: exceptions.length > 0 ? { exceptions } : undefined,
      errorMessage: errors.length > 0 ? { message: errors.join("\n"), programmingLanguage: "ABAP" } : undefined,
      nominalTime: { nominalStartTime: run.plannedAt },
    },
    inputs: (job?.inputs ?? []).map((name) => ({ namespace: mapping.namespace, name })),
    outputs: job ? [outputOf(run, job, eventType, at)] : [],
  });
}

function outcomeOf(run: JobRun, eventType: EventType): OutcomeFacet {
  const { mapping, header, told, returnCode } = run;
  const status = eventType === "START" ? "R" : header.JobStatus;
  const text = mapping.statusTexts.get(status);
  const delivered = eventType === "COMPLETE" && told.result;
  return {
    vendorStatus: text ? `${status} ${text}` : status,
    ...(status === "Z" && { qualifier: "held" as const }),
    ...(eventType === "COMPLETE" && returnCode !== 0 && { qualifier: "warning" as const }),
    ...(returnCode !== 0 && eventType !== "START" && { returnCode }),
    ...(delivered && { rowsWritten: Number(delivered.count) }),
  };
}

function correlationOf({ header, told, mapping }: JobRun) {
  if (!told.batch) return undefined;
  const { OrigJobName, OrigJobCount } = header;
  const original = OrigJobName && OrigJobCount ? `${OrigJobName}/${OrigJobCount}` : null;
  return {
    correlationId: told.batch,
    ...(original && { causationId: runIdOf(mapping.namespace, original) }),
    attempt: header.JobRestartCount + 1,
  };
}

function exceptionsOf(run: JobRun, eventType: EventType): RunException[] {
  const place = { ...(run.entity && { entity: run.entity }), ...(run.told.period && { period: run.told.period }) };
  if (eventType === "FAIL") {
    const errors = run.messages
      .filter(({ MsgType }) => MsgType === "E" || MsgType === "A")
      .map(({ MsgText }) => MsgText);
    const texts = errors.length > 0 ? [...new Set(errors)].slice(0, MOST_EXCEPTIONS) : [fallbackText(run)];
    return texts.map((text) => ({ ...exceptionOf(text, ERROR_TEXTS), ...place }));
  }
  if (eventType !== "COMPLETE" || !run.job || run.told.result) return [];
  const message = "The job log does not state the totals in the words the settings expect.";
  return [{ code: "contract-drift", class: "technical", message, ...place }];
}

function fallbackText({ header, mapping, returnCode }: JobRun): string {
  if (returnCode !== 0) return `The job ended with return code ${returnCode}.`;
  return `The job ended in status ${header.JobStatus} (${mapping.statusTexts.get(header.JobStatus) ?? "no text"}).`;
}

function outputOf(run: JobRun, job: Job, eventType: EventType, at: string) {
  const { told, mapping, entity } = run;
  const { period, result, snapshotAsOf } = told;
  const delivered = eventType === "COMPLETE";
  const ledger = told.ledger ?? mapping.settings.ledger?.ledger ?? "";
  const place = { entity, ledger, period: period ?? "", version: mapping.settings.version };
  const totals =
    delivered && result && period
      ? (["count", "debit", "credit", "net"] as const).map((measure) => ({
          ...{ ...place, account: "", currency: result.currency, measure, value: result[measure] },
          ...(told.batch && { correlationId: told.batch }),
        }))
      : null;
  const reached = snapshotAsOf && { snapshotAsOf, ...(delivered && { completeThrough: snapshotAsOf }) };
  return {
    namespace: mapping.namespace,
    name: job.dataset,
    facets: {
      tieout_position: entity && period ? { positions: [{ ...place, ...reached }] } : undefined,
      tieout_controlTotals: totals ? { asOf: at, totals } : undefined,
    },
  };
}
