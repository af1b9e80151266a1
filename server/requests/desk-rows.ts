import type { DeskRow, QuotaRow, ScheduleRow } from "../../schemas/wire/request.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Actor, Context } from "../context.ts";
import { lastOccurrences } from "../store/postgres/requests-freezes.ts";
import { deadSteps } from "../store/postgres/requests-steps.ts";
import { systemLoads } from "../store/postgres/requests-budgets.ts";
import { delegationRows } from "./delegate.ts";
import { freezesNow } from "./freezes.ts";
import { redriveOf } from "./mend-step.ts";
import { paceOf } from "./planning/findings.ts";
import { stepRow } from "./request-detail.ts";
import { occurrencesBetween, scheduleWords } from "./schedule-times.ts";

const MOST_DEAD = 200;
const DAY = 86_400_000;

/** Rows of the topic `desk`: what holds requests back and what waits for somebody, beside the requests themselves. */
export async function deskRows(ctx: Context, entities: Actor["entities"]): Promise<Record<string, DeskRow>> {
  const { estate, clock, postgres } = ctx;
  const freezes = await freezesNow(postgres, estate, calendarsOf(estate), clock.now());
  const dead = await postgres.ask(deadSteps, {
    entities: entities === "all" ? null : [...entities],
    limit: MOST_DEAD,
  });
  const rows: [string, DeskRow][] = [
    ...freezes.map((freeze): [string, DeskRow] => [`freeze:${freeze.id}`, { kind: "freeze", freeze }]),
    ...(await quotas(ctx)).map((quota): [string, DeskRow] => [`quota:${quota.system}`, { kind: "quota", quota }]),
    ...dead.map((step): [string, DeskRow] => {
      const { requestId, requestTitle, parameters } = step;
      const letter = { ...stepRow(ctx, step), requestId, requestTitle, parameters, redrive: redriveOf(step) };
      return [`dead:${requestId}:${step.step}`, { kind: "dead", dead: letter }];
    }),
    ...(await schedules(ctx)).map((schedule): [string, DeskRow] => [
      `schedule:${schedule.id}`,
      { kind: "schedule", schedule },
    ]),
    ...(await delegationRows(ctx)).map((delegation): [string, DeskRow] => [
      `delegation:${delegation.id}`,
      { kind: "delegation", delegation },
    ]),
  ];
  return Object.fromEntries(rows);
}

/** Every system that can be driven, and how hard it is being driven. */
async function quotas({ postgres, estate, drivers }: Context): Promise<QuotaRow[]> {
  const loads = new Map((await postgres.ask(systemLoads, {})).map((load) => [load.system, load]));
  return estate.systems
    .filter(({ id }) => drivers.get(id)?.trigger)
    .map(({ id, title }) => {
      const { perMinute, concurrency } = paceOf(estate, id);
      const most = Math.max(concurrency, perMinute / 12);
      const load = loads.get(id);
      const refilled = (load?.tokens ?? most) + ((load?.refilledSeconds ?? 0) * perMinute) / 60;
      const left = Math.floor(Math.max(0, Math.min(most, refilled)));
      return {
        system: id,
        title,
        perMinute,
        left,
        concurrency,
        underWay: load?.underWay ?? 0,
        waiting: load?.waiting ?? 0,
      };
    });
}

async function schedules({ postgres, estate, clock }: Context): Promise<ScheduleRow[]> {
  if (estate.schedules.length === 0) return [];
  const last = new Map((await postgres.ask(lastOccurrences, {})).map((row) => [row.schedule, row]));
  const now = clock.now();
  const until = new Date(now.getTime() + 45 * DAY);
  return estate.schedules.map((schedule) => {
    const taken = last.get(schedule.id);
    const next = occurrencesBetween(estate, calendarsOf(estate), schedule, [now, until], 4);
    return {
      ...{ id: schedule.id, title: schedule.title, flow: schedule.flow, when: scheduleWords(schedule) },
      next: next.map(({ at, entities, period }) => ({ at, entities, period })),
      last: taken ? { at: taken.dueAt, requestId: taken.requestId, outcome: taken.outcome } : null,
    };
  });
}
