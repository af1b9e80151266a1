import type * as z from "zod";
import { examineAgain } from "../ingest/examine.ts";
import type { CorrelationHow, IncomingRow, NameKind } from "../ingest/incoming-row.ts";
import type { ClickHouse } from "../store/clickhouse.ts";
import { correlationMembers, eventsOfRuns, EVER, jobsOfRuns, runsNaming } from "../store/clickhouse/trace.ts";
import { FOLLOWED } from "./evidence.ts";
import { keyOf, tracedRuns, type RunKey, type TracedRun } from "./traced-run.ts";

/** Runs in one trace, and of one name before it is too common to follow. */
const MOST_RUNS = 200;
const MOST_OF_NAME = 20;
/** Steps from what carries the ID to what is found by other names. */
const MOST_STEPS = 4;

/** Event as stored, for showing it. */
export interface TracedEvent {
  eventId: string;
  eventTime: string;
  eventType: string;
  receivedAt: string;
  source: string;
  raw: string;
}

export interface Gathered {
  runs: TracedRun[];
  /** By key of their run, oldest first. */
  events: ReadonlyMap<string, TracedEvent[]>;
  /** Runs that were named and of which nothing had been heard by then. */
  unheard: RunKey[];
  notes: string[];
}

export interface GatherAsked {
  correlationId: string | null;
  keys: readonly RunKey[];
  /** What carries the ID, where it was looked up before. */
  members?: readonly Member[];
  /** False for just the runs named. */
  follow?: boolean;
}

export type Member = z.output<typeof correlationMembers.row>;

/**
 * Every run of a batch: what carries the correlation ID, and from there what names it or is named by it, step by step.
 * @param knownAt only events that had reached the tower by then; null for all
 */
export async function gatherRuns(
  clickhouse: ClickHouse,
  asked: GatherAsked,
  knownAt: string | null,
): Promise<Gathered> {
  const notes: string[] = [];
  const hows = new Map<string, CorrelationHow[]>();
  const wanted = new Map(asked.keys.map((key) => [keyOf(key), key]));
  for (const member of await membersOf(clickhouse, asked, notes)) {
    const key = keyOf(member);
    wanted.set(key, member);
    hows.set(key, [...(hows.get(key) ?? []), member.how]);
  }
  const rows: IncomingRow[] = [];
  const events = new Map<string, TracedEvent[]>();
  const read = new Set<string>();
  const following: Following = { names: new Set(), ids: new Set(), containers: new Set() };
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const fresh = [...wanted].filter(([key]) => !read.has(key)).slice(0, MOST_RUNS - read.size);
    if (fresh.length === 0) break;
    for (const [key] of fresh) read.add(key);
    const found = await rowsOf(clickhouse, { keys: fresh.map(([, key]) => key), knownAt, events, notes });
    rows.push(...found);
    if (asked.follow === false) break;
    for (const { runId } of wanted.values()) following.ids.add(runId);
    for (const key of await namedBy(clickhouse, found, following, notes)) wanted.set(keyOf(key), key);
  }
  if (wanted.size > read.size) notes.push(`${wanted.size - read.size} more runs are tied to it and not shown.`);
  const runs = tracedRuns(rows, hows);
  const heard = new Set(runs.map(({ key }) => key));
  return { runs, events, unheard: [...wanted].flatMap(([key, run]) => (heard.has(key) ? [] : [run])), notes };
}

async function membersOf(clickhouse: ClickHouse, { correlationId, members: known }: GatherAsked, notes: string[]) {
  if (correlationId === null) return [];
  const members = known ?? (await clickhouse.ask(correlationMembers, { correlationId }));
  const byJob = Map.groupBy(members, ({ jobNamespace, jobName, how }) => `${how}\n${jobNamespace}\n${jobName}`);
  const left = [...byJob.values()].reduce((sum, of) => sum + (of[0]?.ofJob ?? 0) - of.length, 0);
  if (left > 0)
    notes.push(
      `${left} later ${left === 1 ? "run has" : "runs have"} it too and ${left === 1 ? "is" : "are"} not shown.`,
    );
  return members;
}

interface Reading {
  keys: readonly RunKey[];
  knownAt: string | null;
  events: Map<string, TracedEvent[]>;
  notes: string[];
}

async function rowsOf(clickhouse: ClickHouse, { keys, knownAt, events, notes }: Reading): Promise<IncomingRow[]> {
  const stored = await clickhouse.ask(eventsOfRuns, {
    namespaces: keys.map(({ jobNamespace }) => jobNamespace),
    jobs: keys.map(({ jobName }) => jobName),
    runIds: keys.map(({ runId }) => runId),
    knownAt: knownAt ?? EVER,
  });
  // An event sent twice stands twice until the engine merges it.
  const once = [...new Map(stored.map((event) => [event.eventId, event])).values()];
  return once.flatMap((event) => {
    const key = keyOf(event);
    const { eventId, eventTime, eventType, receivedAt, source, raw } = event;
    events.set(key, [...(events.get(key) ?? []), { eventId, eventTime, eventType, receivedAt, source, raw }]);
    const examined = raw === "" ? null : examineAgain(event);
    if (examined?.ok) return [examined.row];
    notes.push(`An event of ${eventTime} was too large or could not be read, and is left out.`);
    return [];
  });
}

interface Following {
  names: Set<string>;
  ids: Set<string>;
  /** Runs that only contain one of the batch; their other parts belong to other batches. */
  containers: Set<string>;
}

/** Runs that share a name with those just read, or are named by them. */
async function namedBy(
  clickhouse: ClickHouse,
  rows: readonly IncomingRow[],
  following: Following,
  notes: string[],
): Promise<RunKey[]> {
  const { names, runIds } = namesIn(rows, following);
  const [naming, named] = await Promise.all([
    names.length === 0 ? [] : clickhouse.ask(runsNaming, { names, kinds: [...FOLLOWED], most: MOST_OF_NAME + 1 }),
    runIds.length === 0 ? [] : clickhouse.ask(jobsOfRuns, { runIds }),
  ]);
  const followable = [...Map.groupBy(naming, ({ kind, name }) => `${kind} ${name}`).values()].flatMap((same) => {
    if (same.length <= MOST_OF_NAME) return same;
    notes.push(`More than ${MOST_OF_NAME} runs name ${same[0]!.kind} ${same[0]!.name}; they were not followed.`);
    return [];
  });
  return [...followable, ...named];
}

/** What to look for next: names not looked for before, and runs named by their ids alone. */
function namesIn(rows: readonly IncomingRow[], { names: asked, ids, containers }: Following) {
  const names = new Set<string>();
  const runIds = new Set<string>();
  for (const { runId, names: seen } of rows) {
    if (!containers.has(runId)) names.add(runId);
    for (const { kind, name } of seen) {
      if (kind === "parent" && !ids.has(name)) containers.add(name);
      if (BY_ID.has(kind)) runIds.add(name);
      else if (FOLLOWED.includes(kind)) names.add(name);
    }
  }
  const fresh = {
    names: [...names].filter((name) => !asked.has(name)),
    runIds: [...runIds].filter((id) => !ids.has(id)),
  };
  for (const name of fresh.names) asked.add(name);
  for (const id of fresh.runIds) ids.add(id);
  return fresh;
}

/** Kinds whose name is another run's id. */
const BY_ID: ReadonlySet<NameKind> = new Set(["upstream", "downstream", "parent", "causation"]);
