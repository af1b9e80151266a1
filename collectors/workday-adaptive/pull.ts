import type { Pull, SystemOf, Tools } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { lastToFill, planFigures, type PlanMark } from "../plan-figures.ts";
import { byTime, readWindow, type WindowCursor } from "../run-window.ts";
import { hasEnded, seenRunEvents } from "../seen-run.ts";
import type { AdaptiveClient } from "./client.ts";
import { figuresOf, logLines, PRODUCER } from "./map.ts";
import type { AdaptiveSettings } from "./settings.ts";

/** Where reading stands: the log, and what the plan held when it was last looked at. */
export interface AdaptiveCursor {
  log: WindowCursor;
  held: PlanMark;
}

/** A log is kept by its writer; nothing expires in it by itself. */
const KEPT_DAYS = 3650;

/** Reads on: the log at every poll, which is one request, and figures of what was loaded since or is due. */
export function createPull(
  system: SystemOf<AdaptiveSettings>,
  client: AdaptiveClient,
  log: Tools["log"],
): (before: AdaptiveCursor | null) => Promise<Pull<AdaptiveCursor>> {
  const { settings, namespace } = system;
  return async (before) => {
    const lines = logLines(await client.log(), settings);
    const { everyMinutes, latestPeriods } = settings;
    const plan = planFigures(
      {
        ...{ producer: PRODUCER, namespace, now: client.vendorNow(), everyMinutes, latestPeriods },
        log,
        latest: lastToFill(lines.map(({ filled }) => filled)),
        figures: async (load, entities, period) => {
          const levels = entities.map((entity) => settings.levels[entity] ?? entity);
          return figuresOf(await client.figures(load, levels, period), load, settings);
        },
      },
      before?.held ?? null,
    );
    const { rows: _, ...loads } = await readWindow(before?.log ?? null, {
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
      events: async ({ run, filled }) => seenRunEvents(PRODUCER, namespace, await plan.withFigures(run, filled)),
      gap: (from, to) =>
        gapEvent({ collector: "workday-adaptive", namespace, history: settings.loadLog.sheet, from, to }),
    });
    const { events, mark } = await plan.standing();
    return { ...loads, events: [...loads.events, ...events].sort(byTime), cursor: { log: loads.cursor, held: mark } };
  };
}
