import { createHash } from "node:crypto";
import type { DatasetEvent, RunEvent } from "../schemas/event/open-lineage.ts";
import type { Pull } from "./collector.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a row says about itself, as far as following its run needs. */
export interface Sight {
  /** The vendor's own key of the run. */
  key: string;
  /** When the vendor says the run last changed, ISO 8601 in UTC; by this the list is asked. */
  changedAt: string;
  /** The run may change yet. */
  open: boolean;
  /** Differs whenever there may be something new to tell: state, attempt, counts. Progress does not belong here. */
  version: string;
}

interface Seen extends Omit<Sight, "key"> {
  /** What was told of the run, as digests of its events. */
  told: string[];
}

/** Where reading stands: all that changed before `through` is read, and every run seen that may be met again. */
export interface WindowCursor {
  through: string;
  runs: Record<string, Seen>;
}

export interface RunWindow<Row> {
  /** Where new reading ends; the vendor's own clock (`http.vendorNow()`), so that a clock that goes wrong loses nothing. */
  now: Date;
  /** How far back the vendor keeps history. */
  retentionDays: number;
  /** Read again with each poll, because a row may appear late. */
  overlapMinutes: number;
  /** Days after which an open run that was not seen again is followed no longer. */
  openDays?: number;
  /** A long history is read, and made durable, in slices of so many hours. */
  sliceHours?: number;
  /** The vendor's list of runs that changed (or began, with `again`) from an instant to another, in any order. */
  list(from: string, to: string): AsyncIterable<readonly Row[]>;
  /**
   * Asks for one open run that was not on the list; null when the vendor has it no longer. Left out where the list holds
   * every change. Where it holds runs by their begin and there is no such question, `reread` is `true`.
   */
  again?(key: string): Promise<Row | null>;
  /** Reads the list from the oldest open run on. */
  reread?: boolean;
  sight(row: Row): Sight;
  /** All a row says, from START to its state now; what was told before is left out. Asked only for rows with news. */
  events(row: Row): Promise<RunEvent[]> | RunEvent[];
  /** What to tell of an open run the vendor has no longer. */
  gone?(key: string): RunEvent[];
  /** What to tell when history expired before it was read. */
  gap(from: string, to: string): RunEvent;
}

/**
 * One step of reading a vendor's runs: the list since the high-water mark less an overlap, then each open run that was
 * not on it. The same cursor and the same answers make the same events; an event is told once, in order of its time.
 */
export async function readWindow<Row>(
  cursor: WindowCursor | null,
  window: RunWindow<Row>,
): Promise<Pull<WindowCursor> & { rows: Row[] }> {
  const now = window.now.getTime();
  const oldest = isoOf(Math.floor((now - window.retentionDays * DAY) / HOUR) * HOUR);
  const state = cursor ?? { through: oldest, runs: {} };
  const expired = state.through < oldest;
  const events: RunEvent[] = expired ? [window.gap(state.through, oldest)] : [];
  const begin = expired ? oldest : state.through;
  const to = sliceEnd(begin, now, window.sliceHours);

  const rows: Row[] = [];
  for await (const page of window.list(listFrom(begin, oldest, state.runs, window), to)) rows.push(...page);
  const runs = { ...state.runs };
  const listed = new Set(rows.map((row) => window.sight(row).key));
  for (const key of openKeys(runs).filter((each) => window.again && !listed.has(each))) {
    const row = await window.again!(key);
    if (row) rows.push(row);
    else {
      events.push(...(window.gone?.(key) ?? []));
      delete runs[key];
    }
  }
  for (const row of rows) {
    const { key, ...sight } = window.sight(row);
    const seen = runs[key];
    const news = seen?.version === sight.version ? [] : await window.events(row);
    const told = new Set(seen?.told);
    events.push(...news.filter((event) => !told.has(digestOf(event))));
    runs[key] = { ...sight, told: news.length > 0 ? [...new Set([...told, ...news.map(digestOf)])] : [...told] };
  }
  const more = to < isoOf(now);
  // By whole hours when nothing happens, so that an idle system's cursor rests.
  const hour = isoOf(Math.floor(now / HOUR) * HOUR);
  const through = more || events.length > 0 ? to : hour > begin ? hour : begin;
  const kept = settle(runs, through, now, window);
  events.sort(byTime);
  return { events, cursor: { through, runs: kept }, more, openRuns: openKeys(kept).length, rows };
}

type Reach = Pick<RunWindow<unknown>, "overlapMinutes" | "openDays" | "reread">;

/** Events in order of time; those of one instant stay as they came. */
export function byTime(one: RunEvent | DatasetEvent, other: RunEvent | DatasetEvent): number {
  return one.eventTime < other.eventTime ? -1 : one.eventTime > other.eventTime ? 1 : 0;
}

function openKeys(runs: WindowCursor["runs"]): string[] {
  return Object.keys(runs).filter((key) => runs[key]!.open);
}

function sliceEnd(begin: string, now: number, hours?: number): string {
  const end = hours ? Date.parse(begin) + hours * HOUR : now;
  return isoOf(Math.max(Math.min(end, now), Date.parse(begin)));
}

function listFrom(begin: string, oldest: string, runs: WindowCursor["runs"], window: Reach): string {
  let from = isoOf(Date.parse(begin) - window.overlapMinutes * MINUTE);
  for (const { open, changedAt } of window.reread ? Object.values(runs) : []) {
    if (open && changedAt < from) from = changedAt;
  }
  return from < oldest ? oldest : from;
}

/** Forgets runs that have ended and will not be listed again, and open ones nobody has seen for long. */
function settle(runs: WindowCursor["runs"], through: string, now: number, window: Reach) {
  const oldestOpen = isoOf(now - (window.openDays ?? 14) * DAY);
  const open = Object.fromEntries(Object.entries(runs).filter(([, seen]) => seen.open && seen.changedAt >= oldestOpen));
  const relisted = listFrom(through, "", open, window);
  const ended = Object.entries(runs).filter(([, seen]) => !seen.open && seen.changedAt >= relisted);
  return { ...open, ...Object.fromEntries(ended) };
}

function digestOf(event: RunEvent): string {
  return createHash("sha256").update(JSON.stringify(event)).digest("base64url").slice(0, 10);
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
