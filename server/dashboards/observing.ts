import type { CollectorRow } from "../../schemas/wire/live.ts";
import type { AttainmentMemo } from "../checks/attainment.ts";
import type { BoardMemo } from "../close/board-input.ts";
import { calendarsOf, type Calendars } from "../close/calendars.ts";
import { periodInView } from "../close/period-in-view.ts";
import type { Period } from "../close/periods.ts";
import { startOfDay } from "../close/wall-time.ts";
import type { Context } from "../context.ts";
import type { Observation } from "./observation.ts";
import { jobPlacesOf, type JobPlace } from "./job-places.ts";

/** What observations are made with. */
export interface Observing {
  ctx: Pick<Context, "estate" | "facts" | "clock" | "clickhouse" | "postgres">;
  calendars: Calendars;
  collectors(): CollectorRow[];
  placeOf(namespace: string, job: string): JobPlace;
  memo: BoardMemo;
  attainmentMemo: AttainmentMemo;
  /** What was observed lately, by measure and period; `at` is of `performance.now()`. */
  kept: Map<string, { at: number; answer: Promise<Observation[]> }>;
}

export function observingOf(deps: Pick<Observing, "ctx" | "collectors">): Observing {
  const { estate } = deps.ctx;
  return {
    ...deps,
    calendars: calendarsOf(estate),
    placeOf: jobPlacesOf(estate),
    memo: new Map(),
    attainmentMemo: new Map(),
    kept: new Map(),
  };
}

/** Milliseconds a close goes on after the group's deadline for what is counted towards it. */
const AFTERGLOW = 3 * 86_400_000;

/** From a period's first day until its close is out of view, as instants. */
export function windowOf({ calendars, ctx }: Observing, period: Period): { since: string; until: string } {
  return {
    since: startOfDay(period.startsOn, ctx.estate.estate.zone),
    until: new Date(Date.parse(calendars.groupDeadline(period).at) + AFTERGLOW).toISOString(),
  };
}

/** Whether what names no period of its own counts towards one: the period people had in view at noon of that day. */
export function inView({ calendars }: Observing, period: Period, day: string): boolean {
  return periodInView(calendars, new Date(`${day}T12:00:00Z`)).period === period.period;
}
