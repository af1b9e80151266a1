import type { Pull, SystemOf, Tools } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { lastToFill, planFigures, type PlanMark } from "../plan-figures.ts";
import { byTime, readWindow, type WindowCursor } from "../run-window.ts";
import { hasEnded, seenRunEvents } from "../seen-run.ts";
import type { EpmClient } from "./client.ts";
import type { Export, JobConsole } from "./console.ts";
import { totalsOf } from "./grid.ts";
import { PRODUCER, runOf, type ConsoleRow, type Outcome } from "./map.ts";
import type { EpmSettings } from "./settings.ts";

/** Where reading stands: the jobs, what the cubes held, and the export of the console that is under way. */
export interface EpmCursor {
  jobs: WindowCursor | null;
  held: PlanMark | null;
  exported: { at: string; pending: Export | null };
}

const MINUTE = 60_000;
const NOTHING: EpmCursor = { jobs: null, held: null, exported: { at: "", pending: null } };

interface Deps {
  system: SystemOf<EpmSettings>;
  client: EpmClient;
  console: JobConsole;
  clock: { now(): Date };
  log: Tools["log"];
  /** A job was started here, so that the console is worth a look before its time. */
  wanted: { now: boolean };
}

/** Reads on: an export of the job console when one is due, in as many polls as it takes, and then what is new in it. */
export function createPull({ system, client, console, clock, log, wanted }: Deps) {
  const { settings, namespace } = system;
  return async (before: EpmCursor | null): Promise<Pull<EpmCursor>> => {
    const cursor = before ?? NOTHING;
    // By our own clock, which goes even where the vendor is not asked; what was read goes by the vendor's.
    const now = clock.now();
    const openRuns = Object.values(cursor.jobs?.runs ?? {}).filter(({ open }) => open).length;
    const every = (openRuns > 0 ? settings.console.openMinutes : settings.console.everyMinutes) * MINUTE;
    const due = new Date(Math.floor(now.getTime() / every) * every).toISOString();
    const { pending, at } = cursor.exported;
    const rests = due <= at && at <= now.toISOString();
    if (!pending && rests && !wanted.now) return { events: [], cursor, more: false, openRuns };
    const { rows, asked } = await console.step(pending, sinceOf(cursor, now, settings));
    wanted.now = false;
    if (!rows) return { events: [], cursor: { ...cursor, exported: { at, pending: asked } }, more: false, openRuns };
    const read = await readRows(rows, new Date(asked.askedAt), cursor);
    return { ...read, cursor: { ...read.cursor, exported: { at: due, pending: null } } };
  };

  async function readRows(rows: readonly ConsoleRow[], asOf: Date, cursor: EpmCursor) {
    const filled = new Map(rows.map((row) => [row, runOf(row, null, settings).filled]));
    const { everyMinutes, latestPeriods } = settings;
    const plan = planFigures(
      {
        ...{ producer: PRODUCER, namespace, now: asOf, everyMinutes, latestPeriods },
        log,
        latest: lastToFill([...filled.values()]),
        figures: async (job, entities, period) =>
          totalsOf(await client.slice(job.slice!, entities, period), job, period, settings),
      },
      cursor.held,
    );
    const { rows: _, ...jobs } = await readWindow(cursor.jobs, {
      now: asOf,
      ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes, reread: true },
      async *list(from, to) {
        yield rows.filter(({ startedAt }) => startedAt >= from && startedAt <= to);
      },
      sight: (row) => ({
        ...{ key: row.jobId, changedAt: row.startedAt, open: !hasEnded(row.state) },
        version: `${row.status} ${row.endedAt ?? ""}`,
      }),
      async events(row) {
        const { run } = runOf(row, await outcomeOf(row), settings);
        return seenRunEvents(PRODUCER, namespace, await plan.withFigures(run, filled.get(row) ?? null));
      },
      gap: (from, to) => gapEvent({ collector: "oracle-epm", namespace, history: "Job console", from, to }),
    });
    const { events, mark } = await plan.standing();
    return { ...jobs, events: [...jobs.events, ...events].sort(byTime), cursor: { jobs: jobs.cursor, held: mark } };
  }

  async function outcomeOf(row: ConsoleRow): Promise<Outcome | null> {
    if (!hasEnded(row.state) || row.state === "aborted") return null;
    const counts = await client.details(row.jobId);
    const refused = row.state !== "complete" || counts.some(({ recordsRejected = 0 }) => recordsRejected > 0);
    return { counts, messages: refused ? await client.details(row.jobId, "ERROR") : [] };
  }
}

/** From when on jobs are wanted: since the last reading, or from the oldest that was still open. */
function sinceOf({ jobs }: EpmCursor, now: Date, settings: EpmSettings): string {
  if (!jobs) return new Date(now.getTime() - settings.retentionDays * 24 * 60 * MINUTE).toISOString();
  const open = Object.values(jobs.runs).flatMap((seen) => (seen.open ? seen.changedAt : []));
  return [jobs.through, ...open].sort()[0] ?? jobs.through;
}
