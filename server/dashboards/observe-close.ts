import type { BoardCell, BoardEntity, CloseRow } from "../../schemas/wire/board.ts";
import { closeBoard } from "../close/board.ts";
import type { Period } from "../close/periods.ts";
import { decisionsOf } from "../signoff/decisions.ts";
import { touchTally } from "../store/postgres/measures.ts";
import type { Observation } from "./observation.ts";
import { inView, windowOf, type Observing } from "./observing.ts";

const OVER: ReadonlySet<BoardCell["timing"]> = new Set(["met", "late", "missed"]);

async function boardOf({ ctx, calendars, collectors, memo }: Observing, period: Period): Promise<CloseRow[]> {
  const { estate, facts } = ctx;
  const now = ctx.clock.now();
  const input = { estate, calendars, facts, now, period: period.period, collectors: collectors(), memo };
  const decisions = await decisionsOf(ctx.postgres, period.period);
  return Object.values(closeBoard({ ...input, decisions, entities: "all" }));
}

async function entitiesOf(observing: Observing, period: Period): Promise<BoardEntity[]> {
  // Of a period nobody has told anything about, nothing was observed.
  if (!observing.ctx.facts.periods().includes(period.period)) return [];
  return (await boardOf(observing, period)).filter((row) => row.kind === "entity");
}

/** Each deadline that is over, by whether it was met on time, or how many were not. */
export function observeDeadlines(counted: "on time" | "late") {
  return async (observing: Observing, period: Period): Promise<Observation[]> =>
    (await entitiesOf(observing, period)).flatMap(({ entity, cells }) =>
      cells
        .filter(({ timing }) => OVER.has(timing))
        .map(({ milestone, timing }) => ({
          top: (timing === "met") === (counted === "on time") ? 1 : 0,
          bottom: 1,
          at: { period: period.period, entity, milestone },
        })),
    );
}

/** Work days from the period's end until an entity had met every mandatory milestone; none where it has not. */
export async function observeDaysToClose(observing: Observing, period: Period): Promise<Observation[]> {
  const { calendars, ctx } = observing;
  const mandatory = new Set(ctx.estate.close.milestones.filter((each) => each.mandatory).map(({ id }) => id));
  return (await entitiesOf(observing, period)).flatMap(({ entity, cells }) => {
    const met = cells.filter(({ milestone }) => mandatory.has(milestone)).map(({ metAt }) => metAt);
    if (met.length === 0 || met.includes(null)) return [];
    const last = (met as string[]).reduce((latest, at) => (at > latest ? at : latest));
    return { top: workDayBy(calendars, period, entity, last), bottom: 1, at: { period: period.period, entity } };
  });
}

/** The work day an instant falls on, or the last one before it. */
function workDayBy(calendars: Observing["calendars"], period: Period, entity: string, at: string): number {
  for (let back = 0; back < 14; back++) {
    const day = calendars.workDayAt(period, entity, new Date(Date.parse(at) - back * 86_400_000));
    if (day !== null) return Math.max(0, day);
  }
  return 0;
}

/** Reports that show stale figures now, by how long they have. */
export async function observeStaleReports(observing: Observing, period: Period): Promise<Observation[]> {
  if (!observing.ctx.facts.periods().includes(period.period)) return [];
  const head = (await boardOf(observing, period)).find((row) => row.kind === "head");
  const now = observing.ctx.clock.now().getTime();
  const since = new Map((head?.staleReports ?? []).map(({ report, sinceAt }) => [report, Date.parse(sinceAt)]));
  return observing.ctx.estate.reports.map(({ id: report }) => ({
    top: (now - (since.get(report) ?? now)) / 3_600_000,
    bottom: 1,
    at: { period: period.period, report },
  }));
}

export async function observeTouches(observing: Observing, period: Period): Promise<Observation[]> {
  const rows = await observing.ctx.postgres.ask(touchTally, windowOf(observing, period));
  const touched = rows.filter(({ day }) => inView(observing, period, day));
  // Nothing done by hand is a figure too, and a good one.
  if (touched.length === 0) return [{ top: 0, bottom: 0, at: { period: period.period } }];
  return touched.map(({ day, act, touches }) => {
    return { top: touches, bottom: touches, at: { period: period.period, day, act } };
  });
}
