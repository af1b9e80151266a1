import type { Schedule } from "../../schemas/estate/request.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Actor, Context } from "../context.ts";
import { closeOccurrence, lastOccurrences, takeOccurrence } from "../store/postgres/requests-freezes.ts";
import { askRequest } from "./ask-request.ts";
import { occurrencesBetween, type Occurrence } from "./schedule-times.ts";

/** An occurrence missed by longer than this, while nothing ran, is left out rather than made up for. */
const GRACE = 6 * 3_600_000;

/**
 * Asks for what schedules have come due since they were last looked at. Each occurrence is taken up once, whichever process
 * sees it first; of several missed ones only the latest is made up for.
 */
export async function takeUpSchedules(ctx: Context): Promise<void> {
  const { schedules } = ctx.estate;
  if (schedules.length === 0) return;
  const now = ctx.clock.now();
  const last = new Map((await ctx.postgres.ask(lastOccurrences, {})).map((row) => [row.schedule, row.dueAt]));
  for (const schedule of schedules) {
    const since = new Date(Math.max(now.getTime() - GRACE, Date.parse(last.get(schedule.id) ?? "") || 0));
    const due = occurrencesBetween(ctx.estate, calendarsOf(ctx.estate), schedule, [since, now]);
    const latest = due.at(-1)?.at;
    for (const occurrence of due) await takeUp(ctx, schedule, occurrence, occurrence.at === latest);
  }
}

async function takeUp(ctx: Context, schedule: Schedule, occurrence: Occurrence, latest: boolean): Promise<void> {
  const key = { schedule: schedule.id, dueAt: occurrence.at, place: occurrence.place };
  const [taken] = await ctx.postgres.ask(takeOccurrence, { ...key, outcome: "Under way." });
  if (!taken) return;
  if (!latest) {
    const outcome = "Left out, because a later one was due as well.";
    await ctx.postgres.ask(closeOccurrence, { ...key, requestId: null, outcome });
    return;
  }
  const { flow, dataset, title } = schedule;
  const body = {
    ...{ act: "sync" as const, flow, entities: occurrence.entities, period: occurrence.period },
    ...(dataset ? { dataset } : {}),
    reason: `${title}, as scheduled`,
  };
  const idempotencyKey = `${schedule.id} ${occurrence.at} ${occurrence.place}`;
  try {
    const { request } = await askRequest(ctx, SCHEDULER, body, { idempotencyKey, schedule: schedule.id });
    await ctx.postgres.ask(closeOccurrence, { ...key, requestId: request.id, outcome: "Asked for." });
  } catch (error) {
    ctx.log.warn({ err: error, schedule: schedule.id }, "a schedule could not be taken up");
    const outcome = error instanceof Error ? error.message : String(error);
    await ctx.postgres.ask(closeOccurrence, { ...key, requestId: null, outcome });
  }
}

const SCHEDULER: Actor = {
  ...{ kind: "rule", id: "schedule", name: "Schedule", role: null, entities: "all" },
  scopes: ["request:create"],
};
