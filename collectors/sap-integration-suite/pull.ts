import type { Logger } from "pino";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import type { Pull } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { odataInstant } from "../odata.ts";
import type { Client } from "./client.ts";
import { messageEvents, type Mapping } from "./map.ts";
import { hasError, isFinal, type MessageLog } from "./vendor.ts";

const HOUR = 3_600_000;

/** A message as last seen: still moving, or inside the overlap where it will be read again. */
interface Watched {
  status: string;
  /** ISO 8601. */
  changedAt: string;
  headers: number;
  attempt: number;
}

export interface Cursor {
  /** Everything that ended before is read, ISO 8601. */
  through: string;
  /** Pages were left over, so the next pull goes on from `through` itself. */
  behind: boolean;
  /** By MessageGuid. */
  watched: Record<string, Watched>;
}

/**
 * One step of reading the logs: what ended since, with an overlap because LogEnd moves; then each message known to be
 * unfinished and not on those pages, by its GUID. Rows that say nothing new yield nothing.
 */
export async function pullLogs(
  cursor: Cursor | null,
  { client, mapping, now, log }: { client: Client; mapping: Mapping; now: Date; log: Logger },
): Promise<Pull<Cursor>> {
  const { retentionDays, overlapMinutes } = mapping.settings;
  const oldest = new Date(Math.floor((now.getTime() - retentionDays * 24 * HOUR) / HOUR) * HOUR).toISOString();
  const state = cursor ?? { through: oldest, behind: false, watched: {} };
  const events: RunEvent[] = state.through < oldest ? [gapOf(state.through, oldest, mapping)] : [];
  const begin = state.through < oldest ? oldest : state.through;

  const page = await client.logsSince(state.behind ? begin : minutesBefore(begin, overlapMinutes));
  const open = unfinished(state.watched, page.rows);
  const again = await Promise.all(open.map((guid) => client.log(guid)));
  const watched = { ...state.watched };
  again.forEach((row, index) => {
    if (row) return;
    log.warn({ message: open[index] }, "a message is gone from the tenant before it ended");
    delete watched[open[index]!];
  });

  for (const row of [...page.rows, ...again.filter((each) => each !== null)]) {
    const seen = watched[row.MessageGuid];
    const sighted = sight(row, seen);
    watched[row.MessageGuid] = sighted;
    if (seen && sameSight(seen, sighted)) continue;
    const errorText = hasError(row.Status) ? await client.errorText(row.MessageGuid) : "";
    events.push(...messageEvents(row, { first: !seen, attempt: sighted.attempt, errorText }, mapping));
  }

  const through = reached(begin, page, now);
  const kept = settle(
    watched,
    minutesBefore(through, overlapMinutes),
    minutesBefore(now.toISOString(), mapping.settings.abandonedDays * 1440),
  );
  const openRuns = Object.values(kept).filter((each) => each.status === "PROCESSING" || each.status === "RETRY").length;
  return { events, cursor: { through, behind: page.more, watched: kept }, more: page.more, openRuns };
}

function gapOf(from: string, to: string, { namespace }: Mapping): RunEvent {
  return gapEvent({ collector: "sap-integration-suite", namespace, history: "Message processing logs", from, to });
}

function minutesBefore(instant: string, minutes: number): string {
  return new Date(Date.parse(instant) - minutes * 60_000).toISOString();
}

function unfinished(watched: Cursor["watched"], rows: readonly MessageLog[]): string[] {
  const listed = new Set(rows.map((row) => row.MessageGuid));
  return Object.keys(watched).filter((guid) => !isFinal(watched[guid]!.status) && !listed.has(guid));
}

function sight(row: MessageLog, seen: Watched | undefined): Watched {
  const changedAt = odataInstant(row.LogEnd) ?? odataInstant(row.LogStart) ?? "";
  const retried = row.Status === "RETRY" && (seen?.status !== "RETRY" || seen.changedAt !== changedAt);
  const resumed = row.Status === "PROCESSING" && seen?.status === "ABANDONED";
  return {
    status: row.Status,
    changedAt,
    headers: row.CustomHeaderProperties?.results.length ?? 0,
    attempt: (seen?.attempt ?? 1) + (retried || resumed ? 1 : 0),
  };
}

/** That a message is still being processed is no news, though its LogEnd moves. */
function sameSight(one: Watched, other: Watched): boolean {
  const moved = one.changedAt !== other.changedAt && other.status !== "PROCESSING";
  return one.status === other.status && one.headers === other.headers && !moved;
}

/** Moves on to the last LogEnd read; by whole hours when nothing happens, so that an idle system's cursor rests. */
function reached(begin: string, page: { rows: readonly MessageLog[]; more: boolean }, now: Date): string {
  const ends = page.rows.map((row) => odataInstant(row.LogEnd) ?? begin);
  const idle = page.more ? begin : new Date(Math.floor(now.getTime() / HOUR) * HOUR).toISOString();
  return [begin, idle, ...ends].reduce((latest, each) => (each > latest ? each : latest));
}

/** Forgets what has ended and will not be read again. An abandoned message may return for a while. */
function settle(watched: Cursor["watched"], before: string, abandonedBefore: string): Cursor["watched"] {
  return Object.fromEntries(
    Object.entries(watched).filter(([, each]) => {
      if (isFinal(each.status)) return each.changedAt >= before;
      return each.status === "PROCESSING" || each.status === "RETRY" || each.changedAt >= abandonedBefore;
    }),
  );
}
