import type { RunException } from "../../schemas/event/facets.ts";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { jobNamed } from "../declared-job.ts";
import { openPlaces } from "../open-places.ts";
import { RELAYED } from "../relayed-text.ts";
import { hasEnded, seenRunEvents, type RunState } from "../seen-run.ts";
import { producerOf } from "../signed-event.ts";
import { exceptionOf } from "../vendor-text.ts";
import type { Settings } from "./settings.ts";
import type { Connection, SyncRow } from "./vendor.ts";

/** How a sync ended, in the words of the event `sync_end`. */
const STATES: Record<string, RunState> = {
  SUCCESSFUL: "complete",
  FAILURE: "failed",
  FAILURE_WITH_TASK: "failed",
  RESCHEDULED: "failed",
  CANCELED: "aborted",
};
/** Says that nothing was done. */
const NOTHING = "NO_STATUS";

/** A sync as the history shows it. */
export interface SeenSync {
  id: string;
  connection: Pick<Connection, "id" | "schema">;
  status: string;
  state: RunState | null;
  startedAt: string;
  endedAt: string | null;
  reason: string;
  rowsRead: number | null;
  rowsWritten: number | null;
}

/** A row of the history as a sync; null for one that has not started yet or did nothing. */
export function syncOf(
  connection: Pick<Connection, "id" | "schema">,
  row: SyncRow,
  { historyKeys, otherStates }: Settings,
): SeenSync | null {
  const text = (key: string | undefined) => (key !== undefined && row[key] != null ? String(row[key]).trim() : "");
  const [id, told] = [text(historyKeys.id), text(historyKeys.status).toUpperCase()];
  const startedAt = iso(text(historyKeys.startedAt));
  const endedAt = iso(text(historyKeys.endedAt));
  if (!id || startedAt === null || told === NOTHING) return null;
  // While a sync runs, its end or its status is missing.
  const status = told || (endedAt === null ? "SYNCING" : "");
  const rows = (key: string | undefined) => (/^\d+$/.test(text(key)) ? Number(text(key)) : null);
  return {
    ...{ id, connection, status, startedAt, endedAt, reason: text(historyKeys.reason) },
    state: STATES[status] ?? otherStates[status] ?? null,
    ...{ rowsRead: rows(historyKeys.rowsRead), rowsWritten: rows(historyKeys.rowsWritten) },
  };
}

export function isOpen({ state }: SeenSync): boolean {
  return !hasEnded(state);
}

/** Every event a sync's present state implies, oldest first. */
export function syncEvents(
  sync: SeenSync,
  { namespace, settings }: { namespace: string; settings: Settings },
): RunEvent[] {
  const { id, connection, startedAt, endedAt, state, status } = sync;
  const declared = jobNamed(settings.connections, connection.schema);
  return seenRunEvents(producerOf("fivetran"), namespace, {
    ...{
      key: id,
      job: connection.schema || connection.id,
      queuedAt: startedAt,
      startedAt,
      endedAt,
      changedAt: endedAt,
    },
    ...{ state, vendorStatus: status, words: { queued: "SCHEDULED", running: "SYNCING" } },
    counts: { rowsRead: sync.rowsRead, rowsWritten: sync.rowsWritten },
    exceptions: state === "failed" ? [reasonOf(sync, declared?.entity ?? "")] : [],
    fills: declared?.job,
    position: declared && openPlaces(declared.job, declared.entity, startedAt),
    completeThrough: declared?.job.completeThrough === "start" ? startedAt : null,
  });
}

/** A sync is rescheduled where its source will not answer more for now. */
function reasonOf({ status, reason }: SeenSync, entity: string): RunException {
  const message = reason || `The sync ended with ${status}.`;
  const told =
    status === "RESCHEDULED"
      ? { code: "api-limit" as const, class: "technical" as const, message }
      : exceptionOf(message, RELAYED);
  return { ...told, code: told.code === "unknown" && !reason ? "job-failed" : told.code, ...(entity && { entity }) };
}

function iso(text: string): string | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
