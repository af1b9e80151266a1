import type { OutcomeFacet, Position, RunException } from "../../schemas/event/facets.ts";
import type { EventType, RunEvent } from "../../schemas/event/open-lineage.ts";
import { runIdOf } from "../run-id.ts";
import { producerOf, signedRun } from "../signed-event.ts";
import { exceptionOf, type TextRule } from "../vendor-text.ts";
import type { Contents } from "./model-contents.ts";
import type { Model, PowerbiSettings } from "./settings.ts";
import { ServiceException, type Refresh, type RefreshDetail } from "./vendor.ts";

const PRODUCER = producerOf("powerbi");

/** Power BI's error codes and texts; the first that fits counts. */
const RULES: readonly TextRule[] = [
  {
    pattern: /credential|AccessToken|OAuth|unauthorized|login failed|invalid_client/i,
    code: "credential-expiry",
    class: "technical",
  },
  {
    pattern: /throttl|capacity|too many|limit (was )?(exceeded|reached)|MaxModelSize|ResourceGovern|memory/i,
    code: "api-limit",
    class: "technical",
  },
  {
    pattern: /column .+ (not found|wasn't found|does not exist)|missing column|TableNotFound|InvalidColumn/i,
    code: "contract-drift",
    class: "technical",
  },
  {
    pattern: /disabled|time(d)?[ _-]?out|ModelRefresh|RefreshFailed|DataSource|Gateway|Processing|failed/i,
    code: "job-failed",
    class: "technical",
  },
];

/** A refresh with all that was read about it. */
export interface Reading {
  namespace: string;
  model: Model;
  refresh: Refresh;
  detail: RefreshDetail | null;
  /** Entities and periods the refresh fills, as far as the model was known to hold them. */
  targets: readonly { entity: string; period: string }[];
  /** Only for the newest completed refresh: what it left in the model. */
  contents: Contents | null;
  /** Why the model could not be asked. */
  unread: string | null;
}

export interface Told {
  state: string;
  event: RunEvent;
}

type End = { type: "COMPLETE" | "FAIL" | "ABORT"; vendorStatus: string; unclear?: boolean };

/** How a refresh ended, or null while it runs. `Unknown` is the running state, unless there is an end time. */
export function endOf(refresh: Refresh, detail: RefreshDetail | null, settings: PowerbiSettings): End | null {
  const vendorStatus = detail?.extendedStatus ?? refresh.status;
  switch (vendorStatus) {
    case "Completed":
      return { type: "COMPLETE", vendorStatus };
    case "Failed":
    case "TimedOut":
      return { type: "FAIL", vendorStatus };
    case "Cancelled":
      return { type: "ABORT", vendorStatus };
    case "Disabled":
      return { type: settings.disabledCountsAs === "failed" ? "FAIL" : "ABORT", vendorStatus };
    default:
      return refresh.endTime ? { type: "FAIL", vendorStatus, unclear: true } : null;
  }
}

/** Whether only the detail tells how a refresh ended: the history shows a cancelled one as something else. */
export function needsDetail(refresh: Refresh): boolean {
  if (refresh.refreshType !== undefined && refresh.refreshType !== "ViaEnhancedApi") return false;
  return refresh.status === "Failed" || (refresh.status === "Unknown" && Boolean(refresh.endTime));
}

/** Every event a refresh's present state implies, oldest first. The same answers of Power BI make the same events. */
export function eventsOf(reading: Reading, settings: PowerbiSettings): Told[] {
  const { refresh, detail } = reading;
  const startedAt = timeOf(refresh.startTime ?? refresh.endTime);
  if (startedAt === null) return [];
  const told: Told[] = [
    { state: "START", event: eventOf(reading, "START", startedAt, { vendorStatus: "NotStarted" }) },
  ];
  const end = endOf(refresh, detail, settings);
  if (!end) {
    if (refresh.status === "NotStarted") return told;
    const attempts = refresh.refreshAttempts ?? [];
    const at = Math.max(timeOf(attempts.at(-1)?.startTime) ?? 0, startedAt + 1);
    const event = eventOf(reading, "RUNNING", at, { vendorStatus: refresh.status });
    return [...told, { state: `RUNNING ${attempts.length}`, event }];
  }
  const endedAt = Math.max(timeOf(refresh.endTime) ?? 0, startedAt + 1);
  const exceptions = end.type === "FAIL" ? failures(refresh, detail, end) : unreadContents(reading);
  const qualifier = end.unclear || exceptions.length > 0 ? ("warning" as const) : undefined;
  const outcome: OutcomeFacet = {
    vendorStatus: end.vendorStatus,
    ...(qualifier && (end.unclear || end.type === "COMPLETE") && { qualifier }),
  };
  return [...told, { state: end.type, event: eventOf(reading, end.type, endedAt, outcome, exceptions) }];
}

function failures(refresh: Refresh, detail: RefreshDetail | null, end: End): RunException[] {
  if (end.unclear) {
    return [{ code: "unknown", class: "technical", message: "Power BI says that the refresh ended, and not how." }];
  }
  const texts = [serviceException(refresh.serviceExceptionJson)];
  for (const { type, code, message } of detail?.messages ?? []) {
    if (type === "Error") texts.push([code, message].filter(Boolean).join(": "));
  }
  const told = texts.filter((text) => text !== "");
  return (told.length > 0 ? told : [`Refresh ${end.vendorStatus.toLowerCase()}`]).map((text) =>
    exceptionOf(text, RULES),
  );
}

/** JSON inside JSON; what cannot be read is quoted as it stands. */
function serviceException(text: string | null | undefined): string {
  if (!text) return "";
  try {
    const { errorCode, errorDescription } = ServiceException.parse(JSON.parse(text));
    return [errorCode, errorDescription].filter(Boolean).join(": ") || text;
  } catch {
    return text;
  }
}

function unreadContents({ unread }: Reading): RunException[] {
  return unread ? [{ code: "contract-drift", class: "technical", message: unread }] : [];
}

function eventOf(
  reading: Reading,
  eventType: EventType,
  at: number,
  outcome: OutcomeFacet,
  exceptions: RunException[] = [],
): RunEvent {
  const { namespace, model, refresh } = reading;
  const message = exceptions.map((exception) => exception.message).join("\n");
  return signedRun(PRODUCER, {
    eventType,
    at: iso(at),
    runId: runIdOf(namespace, refresh.requestId),
    job: { namespace, name: model.job },
    facets: {
      tieout_outcome: outcome,
      tieout_exceptions: exceptions.length > 0 ? { exceptions } : undefined,
      errorMessage: eventType === "FAIL" ? { message, programmingLanguage: "Power BI" } : undefined,
    },
    inputs: model.reads,
    outputs: [{ namespace, name: model.name, facets: outputFacets(reading, eventType, at) }],
  });
}

function outputFacets({ model, targets, contents }: Reading, eventType: EventType, at: number) {
  if (eventType === "COMPLETE" && contents) {
    return {
      tieout_position: contents.positions.length > 0 ? { positions: contents.positions } : undefined,
      tieout_controlTotals: contents.totals.length > 0 ? { asOf: iso(at), totals: contents.totals } : undefined,
    };
  }
  const { ledger, version } = model;
  const positions: Position[] = targets.map(({ entity, period }) => ({ entity, ledger, period, version }));
  return { tieout_position: positions.length > 0 ? { positions } : undefined };
}

export function timeOf(text: string | null | undefined): number | null {
  if (!text) return null;
  const time = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : time;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
