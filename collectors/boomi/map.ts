import type { ControlTotal, RunException } from "../../schemas/event/facets.ts";
import { DecimalString } from "../../schemas/instant.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { periodNamed } from "../period-name.ts";
import { placeOf } from "../placing.ts";
import { RELAYED } from "../relayed-text.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { DocumentRecord, ExecutionRecord } from "./vendor.ts";

/** Statuses of executions; ENQUEUED and ABORTED_RECOVERING stand on the page of the SOAP interface only. */
const STATES: Record<string, RunState> = {
  ENQUEUED: "queued",
  STARTED: "running",
  INPROCESS: "running",
  ABORTED_RECOVERING: "running",
  COMPLETE: "complete",
  COMPLETE_WARN: "warning",
  ERROR: "failed",
  ABORTED: "aborted",
  DISCARDED: "aborted",
};

export interface Mapping {
  namespace: string;
  settings: Settings;
}

export function stateOf(record: ExecutionRecord, { otherStates }: Settings): RunState | null {
  const state = STATES[record.status] ?? otherStates[record.status] ?? null;
  const refused = (record.inboundErrorDocumentCount ?? 0) > 0;
  return refused && (state === "complete" || state === "warning") ? "partial" : state;
}

export function isOpen(record: ExecutionRecord, settings: Settings): boolean {
  return !hasEnded(stateOf(record, settings));
}

/** When it last changed, as far as it says. */
export function changedAt({ executionTime, recordedDate }: ExecutionRecord): string {
  return (
    [iso(executionTime), iso(recordedDate)]
      .filter((each) => each !== null)
      .sort()
      .at(-1) ?? new Date(0).toISOString()
  );
}

/** Runs of somebody trying a process out are nobody's figures. */
export function isTest({ executionType }: ExecutionRecord): boolean {
  return executionType?.startsWith("test_") ?? false;
}

/** What documents say of an execution. */
export interface Documents {
  /** Some of all. */
  some: readonly DocumentRecord[];
  refused: readonly DocumentRecord[];
}

/** Every event an execution's present state implies, oldest first. */
export function executionEvents(
  record: ExecutionRecord,
  documents: Documents,
  { namespace, settings }: Mapping,
): RunEvent[] {
  const name = record.processName ?? record.processId ?? "unnamed process";
  const declared = jobNamed(settings.processes, name);
  const fields = new Map(
    documents.some.flatMap(({ trackedFields }) =>
      (trackedFields ?? []).map((each) => [each.name, each.value] as const),
    ),
  );
  const tracked = (key: keyof Settings["tracked"]) => fields.get(settings.tracked[key])?.trim() ?? "";
  const place = declared && placeOf(declared.job, declared.entity || tracked("entity"), periodNamed(tracked("period")));
  const snapshotAsOf = iso(tracked("snapshotAsOf"));
  const startedAt = iso(record.executionTime) ?? changedAt(record);
  const state = stateOf(record, settings);
  const exceptions = exceptionsOf(record, state, documents.refused);
  return seenRunEvents(producerOf("boomi"), namespace, {
    ...{ key: record.executionId, job: name, queuedAt: startedAt, state, vendorStatus: record.status },
    startedAt: state === "queued" ? null : startedAt,
    endedAt: iso(record.recordedDate),
    words: { queued: "ENQUEUED", running: "INPROCESS" },
    counts: {
      rowsRead: record.inboundDocumentCount,
      rowsWritten: record.outboundDocumentCount,
      rowsRejected: record.inboundErrorDocumentCount,
    },
    exceptions: exceptions.map((each) => ({ ...each, ...(place && { entity: place.entity, period: place.period }) })),
    correlationId: tracked("correlationId") || null,
    fills: declared?.job,
    position: place && { ...place, ...(snapshotAsOf && { snapshotAsOf }) },
    completeThrough: snapshotAsOf ?? (declared?.job.completeThrough === "start" ? startedAt : null),
    totals: place ? totalsOf(tracked, place) : [],
  });
}

/** A failed execution says why in its message; what was refused, by text, with the number of documents. */
function exceptionsOf(
  record: ExecutionRecord,
  state: RunState | null,
  refused: readonly DocumentRecord[],
): RunException[] {
  const message = record.message?.trim() ?? "";
  if (state === "failed") return [exceptionOf(message || "The execution failed and says no reason.", RELAYED)];
  if (state !== "partial" && state !== "warning") return [];
  const texts = Map.groupBy(
    refused,
    ({ errorMessage }) => errorMessage?.trim() || message || "Refused without a reason.",
  );
  if (texts.size === 0) return message ? [exceptionOf(message, RELAYED)] : [];
  return [...texts].map(([text, documents]) => ({ ...exceptionOf(text, RELAYED), count: documents.length }));
}

function totalsOf(
  tracked: (key: "correlationId" | "currency" | "count" | "debit" | "credit" | "net") => string,
  { entity, ledger, period, version }: { entity: string; ledger: string; period: string; version: string },
): ControlTotal[] {
  const grain = { entity, ledger, period, version, account: "", currency: tracked("currency") };
  const correlationId = tracked("correlationId");
  return (["count", "debit", "credit", "net"] as const).flatMap((measure) => {
    const value = DecimalString.safeParse(tracked(measure)).data;
    return value === undefined ? [] : [{ ...grain, measure, value, ...(correlationId && { correlationId }) }];
  });
}

export function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
