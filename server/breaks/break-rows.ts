import type { BreakRow } from "../../schemas/wire/break.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Actor, Context } from "../context.ts";
import { periodsAsked, type Sight } from "../people/in-periods.ts";
import { ageOf } from "../reconcile/ageing.ts";
import type { StoredBreak } from "../store/postgres/breaks.ts";
import { liveBreaks } from "../store/postgres/breaks-lists.ts";

/** The live topic shows this many settled breaks, those changed last. */
const SETTLED = 200;

/** Rows of the topic `breaks` for those who see these entities and periods. */
export async function liveBreakRows(ctx: BreakReading, sight: Sight): Promise<Record<string, BreakRow>> {
  const seen = { entities: entitiesAsked(sight.entities), periods: periodsAsked(sight) };
  const stored = await ctx.postgres.ask(liveBreaks, { ...seen, settled: SETTLED });
  return Object.fromEntries(stored.map((row) => [row.id, breakRow(ctx, row)]));
}

export type BreakReading = Pick<Context, "postgres" | "estate" | "clock">;

/** Entities as questions take them: null is all. */
export function entitiesAsked(entities: Actor["entities"]): string[] | null {
  return entities === "all" ? null : [...entities];
}

/** A break as it goes over the wire: with the estate's words and its age now. A rule no longer declared keeps its id. */
export function breakRow({ estate, clock }: Pick<Context, "estate" | "clock">, stored: StoredBreak): BreakRow {
  const { lineage: _, ...row } = stored;
  const rule = estate.reconciliations.find(({ id }) => id === row.rule);
  const dataset = estate.datasets.find(({ id }) => id === row.hop);
  const known = estate.entities.some(({ id }) => id === row.entity);
  const workDays = (from: string, to: string) =>
    known ? calendarsOf(estate).workDaysBetween(row.entity, from, to) : 0;
  const until = row.present ? clock.now().toISOString() : row.changedAt;
  return {
    kind: "break",
    ...row,
    ruleTitle: rule?.title ?? row.rule,
    hopTitle: dataset?.title ?? row.hop,
    owner: rule?.owner ?? "controller",
    age: ageOf(row.firstSeenAt, until, workDays),
  };
}
