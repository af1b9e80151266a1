import pLimit from "p-limit";
import type { Logger } from "pino";
import type { DatasetEvent, RunEvent } from "../../schemas/event/open-lineage.ts";
import type { Pull } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { odataInstant } from "../odata.ts";
import type { Client } from "./client.ts";
import { fiscalYearPeriod, ledgerEvents, openPeriods, type LedgerDigests } from "./ledger.ts";
import { goneEvent, hasEnded, jobEvents, jobNameIn, type Mapping } from "./map.ts";
import type { Settings } from "./settings.ts";
import { runKeyOf, type JobHeader } from "./vendor.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Runs first looked into in one pull, so that a long backlog is made durable piece by piece. */
const NEW_IN_A_PULL = 100;
const AT_ONCE = 4;

/** A run on the watch list. */
interface Open {
  name: string;
  /** As last seen; empty while the run has not been looked into. */
  status: string;
  plannedAt: string;
  started: boolean;
}

export interface Cursor {
  /** Runs planned before are on the watch list or done, ISO 8601. */
  through: string;
  behind: boolean;
  /** By `JobName/JobRunCount`. */
  open: Record<string, Open>;
  /** Ended runs inside the overlap, with their planned start. */
  ended: Record<string, string>;
  ledger: { at: string; digests: LedgerDigests } | null;
}

export interface PullTools {
  client: Client;
  mapping: Mapping;
  now: Date;
  log: Logger;
  /** Runs started through this collector, key → job name; forgotten once a saved cursor knows them. */
  learned: Map<string, string>;
}

/**
 * One step of reading: new runs join the watch list, each run on it is asked for its status and, when that changed,
 * for its steps and logs; then the ledger, when its time has come.
 */
export async function pullSystem(cursor: Cursor | null, tools: PullTools): Promise<Pull<Cursor>> {
  const { settings } = tools.mapping;
  const oldest = new Date(Math.floor((tools.now.getTime() - settings.historyDays * 24 * HOUR) / HOUR) * HOUR);
  const begin = oldest.toISOString();
  const state = cursor ?? { through: begin, behind: false, open: {}, ended: {}, ledger: null };
  const expired = settings.discovery === "jobHeaderSet" && state.through < begin;
  if (cursor)
    for (const key of tools.learned.keys()) if (key in cursor.open || key in cursor.ended) tools.learned.delete(key);
  const named = cursor ? [] : settings.watch;
  const found = await discover(expired ? { ...state, through: begin } : state, named, tools);
  const watched = await followRuns(found.open, found.ended, tools);
  const ledger = found.behind ? null : await readLedger(state.ledger, tools);
  const unread = Object.values(watched.open).some(({ status }) => status === "");
  const overlapStart = minutesBefore(found.through, settings.overlapMinutes);
  const ended = Object.fromEntries(Object.entries(watched.ended).filter(([, plannedAt]) => plannedAt >= overlapStart));
  return {
    events: [...(expired ? [gapOf(state.through, begin, tools)] : []), ...watched.events, ...(ledger?.events ?? [])],
    cursor: {
      ...{ through: found.through, behind: found.behind, open: watched.open, ended },
      ledger: ledger ? { at: ledger.at, digests: ledger.digests } : state.ledger,
    },
    more: found.behind || unread,
    openRuns: Object.keys(watched.open).length,
  };
}

function gapOf(from: string, to: string, { mapping, log }: PullTools): RunEvent {
  log.warn({ from, to }, "job runs expired before they were read");
  const { namespace } = mapping;
  return gapEvent({ collector: "sap-s4hana", namespace, history: "Application jobs", from, to });
}

/** Puts runs not known yet on the watch list: those started through Tieout, those named in the settings, those listed. */
async function discover(state: Cursor, named: Settings["watch"], { client, mapping, now, learned }: PullTools) {
  const { discovery, overlapMinutes } = mapping.settings;
  const open = { ...state.open };
  const join = (key: string, name: string, plannedAt: string) => {
    if (!(key in state.ended)) open[key] ??= { name, status: "", plannedAt, started: false };
  };
  for (const { key, name } of named) join(key, name, state.through);
  for (const [key, name] of learned) join(key, name, now.toISOString());

  const from = state.behind ? state.through : minutesBefore(state.through, overlapMinutes);
  const listed = discovery === "jobHeaderSet";
  const page = listed ? await client.headers(from, now.toISOString()) : { rows: [], more: false };
  let { through } = state;
  for (const row of page.rows) {
    const plannedAt = odataInstant(row.JobPlannedStartDateTime) ?? through;
    join(runKeyOf(row), jobNameIn(row.JobText), plannedAt);
    if (plannedAt > through) through = plannedAt;
  }
  // By whole hours when nothing happens, so that an idle system's cursor rests.
  const hour = new Date(Math.floor(now.getTime() / HOUR) * HOUR).toISOString();
  if (!page.more && hour > through) through = hour;
  return { open, ended: state.ended, through, behind: page.more };
}

async function followRuns(open: Cursor["open"], endedBefore: Cursor["ended"], tools: PullTools) {
  const limit = pLimit(AT_ONCE);
  const fresh = Object.keys(open).filter((key) => open[key]!.status === "");
  const later = new Set(fresh.slice(NEW_IN_A_PULL));
  const asked = Object.keys(open).filter((key) => !later.has(key));
  const answers = await Promise.all(asked.map((key) => limit(() => lookInto(key, open[key]!, tools))));
  const still: Cursor["open"] = Object.fromEntries([...later].map((key) => [key, open[key]!]));
  const ended = { ...endedBefore };
  const events: RunEvent[] = [];
  asked.forEach((key, index) => {
    const answer = answers[index]!;
    events.push(...answer.events);
    if (answer.open) still[key] = answer.open;
    else ended[key] = open[key]!.plannedAt;
  });
  return { events, open: still, ended };
}

/** What is new about one run; `open` is null when it will change no more. */
async function lookInto(key: string, seen: Open, { client, mapping, log }: PullTools) {
  if (seen.status !== "") {
    const status = await client.status(key);
    if (status === seen.status) return { events: [], open: seen };
    if (status === null) return vanished(key, seen, mapping, log);
  }
  const header = await client.detail(key);
  if (!header) return vanished(key, seen, mapping, log);
  const events = jobEvents(header, { started: seen.started }, mapping);
  if (hasEnded(header.JobStatus)) return { events, open: null };
  return { events, open: stillOpen(seen, header) };
}

function stillOpen(seen: Open, header: JobHeader): Open {
  const started = seen.started || odataInstant(header.JobStartDateTime) !== null;
  return { ...seen, name: jobNameIn(header.JobText), status: header.JobStatus, started };
}

function vanished(key: string, seen: Open, mapping: Mapping, log: Logger) {
  log.warn({ run: key, job: seen.name }, "a job run is gone from the system before its end was seen");
  return { events: [goneEvent(key, seen.name, seen.plannedAt, mapping)], open: null };
}

async function readLedger(
  before: Cursor["ledger"],
  { client, mapping, now }: PullTools,
): Promise<{ at: string; digests: LedgerDigests; events: DatasetEvent[] } | null> {
  const { ledger, version } = mapping.settings;
  if (!ledger) return null;
  const every = ledger.everyMinutes * MINUTE;
  const at = new Date(Math.floor(now.getTime() / every) * every).toISOString();
  if (before && at <= before.at) return null;
  const periods = openPeriods(now, ledger.openPeriods);
  const rows = await client.ledger(ledger, periods.map(fiscalYearPeriod));
  const reading = { ledger, namespace: mapping.namespace, version, periods, rows, at };
  return { at, ...ledgerEvents(reading, before?.digests ?? {}) };
}

function minutesBefore(instant: string, minutes: number): string {
  return new Date(Date.parse(instant) - minutes * MINUTE).toISOString();
}
