import { gapEvent } from "../gap-event.ts";
import type { Pull, SystemOf } from "../collector.ts";
import { holdingEvents, type Holding } from "../holdings.ts";
import { byTime, readWindow, type WindowCursor } from "../run-window.ts";
import { hasEnded, seenRunEvents } from "../seen-run.ts";
import type { AdaptiveClient } from "./client.ts";
import { figuresOf, logLines, PRODUCER, type LogLine } from "./map.ts";
import type { AdaptiveSettings, Load } from "./settings.ts";

/** Where reading stands: the log, and what the plan held when it was last looked at. */
export interface AdaptiveCursor {
  log: WindowCursor;
  held: { at: string; told: Record<string, string> };
}

/** A log is kept by its writer; nothing expires in it by itself. */
const KEPT_DAYS = 3650;

/** Reads on: the log at every poll, which is one request, and figures of what was loaded since or is due. */
export function createPull(
  system: SystemOf<AdaptiveSettings>,
  client: AdaptiveClient,
): (before: AdaptiveCursor | null) => Promise<Pull<AdaptiveCursor>> {
  const { settings, namespace } = system;

  return async (before) => {
    const held = before?.held ?? { at: "", told: {} };
    const lines = logLines(await client.log(), settings);
    const latest = new Map(lines.filter(isLoaded).map((line) => [placeKey(line), line]));
    const read = figuresReader(client, settings, [...latest.values()]);
    const asked: Holding[] = [];
    const { rows: _, ...log } = await readWindow(before?.log ?? null, {
      now: client.vendorNow(),
      retentionDays: KEPT_DAYS,
      overlapMinutes: settings.overlapMinutes,
      reread: true,
      async *list(from, to) {
        yield lines.filter(({ run }) => run.queuedAt >= from && run.queuedAt <= to);
      },
      sight: ({ run }) => ({
        key: run.key,
        changedAt: run.queuedAt,
        open: !hasEnded(run.state),
        version: `${run.vendorStatus} ${run.endedAt ?? ""}`,
      }),
      // The version holds what the load left only as long as no other filled the same place.
      async events(line) {
        const holding = isLoaded(line) && latest.get(placeKey(line)) === line ? await read(line) : null;
        if (holding) asked.push(holding);
        return seenRunEvents(PRODUCER, namespace, { ...line.run, totals: holding?.totals });
      },
      gap: (from, to) =>
        gapEvent({ collector: "workday-adaptive", namespace, history: settings.loadLog.sheet, from, to }),
    });
    const source = { producer: PRODUCER, namespace, at: dueAt(client.vendorNow(), settings.everyMinutes) };
    const told = holdingEvents(source, asked, held.told).told;
    if (source.at <= held.at) return { ...log, cursor: { log: log.cursor, held: { at: held.at, told } } };
    const standing: Holding[] = [];
    for (const line of newest([...latest.values()], settings.latestPeriods)) standing.push(await read(line));
    const changed = holdingEvents(source, standing, told);
    const cursor = { log: log.cursor, held: { at: source.at, told: changed.told } };
    return { ...log, events: [...log.events, ...changed.events].sort(byTime), cursor };
  };
}

type Loaded = LogLine & { load: Load; entity: string; period: string };

/** Reads what a version holds where a line loaded it, asking once for all entities of a period. */
function figuresReader(client: AdaptiveClient, settings: AdaptiveSettings, latest: readonly Loaded[]) {
  const asked = new Map<Load, Map<string, Promise<ReturnType<typeof figuresOf>>>>();
  return async ({ load, entity, period, batch, run }: Loaded): Promise<Holding> => {
    const byPeriod = asked.get(load) ?? new Map<string, Promise<ReturnType<typeof figuresOf>>>();
    asked.set(load, byPeriod);
    const levels = latest
      .filter((line) => line.load === load && line.period === period)
      .map((line) => settings.levels[line.entity] ?? line.entity);
    const figures =
      byPeriod.get(period) ??
      client.figures(load, levels.sort(), period).then((rows) => figuresOf(rows, load, settings));
    byPeriod.set(period, figures);
    const found = (await figures).get(`${entity}/${period}`) ?? [];
    const totals = found.map((total) => ({ ...total, ...(batch && { correlationId: batch }) }));
    const { ledger, version } = load;
    const { completeThrough } = run;
    const reached = completeThrough ? { completeThrough, snapshotAsOf: completeThrough } : {};
    return { dataset: load.dataset, position: { entity, ledger, period, version, ...reached }, totals };
  };
}

/** Whether a line filled a place whose figures can be read. */
function isLoaded(line: LogLine): line is Loaded {
  const { load, entity, period, run } = line;
  const filled = run.state === "complete" || run.state === "partial";
  return filled && load !== null && load.accounts.length > 0 && entity !== null && period !== null;
}

function placeKey({ load, entity, period }: LogLine): string {
  return [load?.name, entity, period].join("/");
}

function newest(lines: readonly Loaded[], count: number): Loaded[] {
  const periods = [...new Set(lines.map(({ period }) => period))].sort().slice(-count);
  return lines.filter(({ period }) => periods.includes(period));
}

function dueAt(now: Date, everyMinutes: number): string {
  const every = everyMinutes * 60_000;
  return new Date(Math.floor(now.getTime() / every) * every).toISOString();
}
