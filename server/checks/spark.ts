import type { Entity } from "../../schemas/estate/estate.ts";
import type { Flow } from "../../schemas/estate/flow.ts";
import type { Facts } from "../../schemas/facts.ts";
import type { Run } from "../../schemas/run.ts";
import type { SparkDay } from "../../schemas/wire/flow-strip.ts";
import { addDays } from "../close/dates.ts";
import { localDate } from "../close/wall-time.ts";
import { endOf, isActive } from "../reconcile/legs.ts";
import { indexOf } from "./estate-index.ts";
import type { Judging } from "./flow-view.ts";

const DAYS = 14;
/** A fortnight touches the loads of at most so many periods: two closes overlap, and one before may be filled again. */
const PERIODS = 3;

const kept = new WeakMap<Facts, Map<string, { signature: string; days: SparkDay[] }>>();

/**
 * How a flow's loads for an entity ended on each of the last 14 days of its zone, oldest first, whichever period they
 * were of: loads that came through, runs that left something out, runs that failed. Counted anew only when one of those
 * periods changes or a day begins.
 */
export function sparkOf(judging: Judging, flow: Flow, entity: Entity, now: Date): SparkDay[] {
  const { facts } = judging;
  const periods = facts.periods().slice(-PERIODS);
  const today = localDate(now, entity.zone);
  const signature = `${today} ${periods.map((key) => `${key} ${facts.version(entity.id, key)}`).join()}`;
  const known = kept.get(facts) ?? new Map<string, { signature: string; days: SparkDay[] }>();
  kept.set(facts, known);
  const entry = known.get(`${flow.id}/${entity.id}`);
  if (entry?.signature === signature) return entry.days;
  const days = countDays(judging, flow, entity, periods, today);
  known.set(`${flow.id}/${entity.id}`, { signature, days });
  return days;
}

function countDays(
  { estate, facts }: Judging,
  flow: Flow,
  entity: Entity,
  periods: readonly string[],
  today: string,
): SparkDay[] {
  const index = indexOf(estate);
  const days = new Map<string, SparkDay>();
  for (let back = DAYS - 1; back >= 0; back--) {
    const day = addDays(today, -back);
    days.set(day, { day, complete: 0, partial: 0, failed: 0 });
  }
  const first = `${addDays(today, -DAYS)}T00`;
  const counted = new Set<string>();
  for (const [at, hop] of flow.hops.entries()) {
    const name = index.name(hop.dataset);
    for (const run of periods.flatMap((period) => facts.runsInto(name, entity.id, period))) {
      const key = `${run.jobName}\n${run.runId}`;
      if (isActive(run) || endOf(run) < first || counted.has(key)) continue;
      counted.add(key);
      const ending = endingOf(run, at === flow.hops.length - 1);
      const day = ending && days.get(localDate(new Date(endOf(run)), entity.zone));
      if (day) day[ending]++;
    }
  }
  return [...days.values()];
}

/** A load has come through with its last hop; on the way only what goes wrong is told. */
function endingOf(run: Run, last: boolean): Exclude<keyof SparkDay, "day"> | null {
  if (run.qualifier === "superseded") return null;
  if (run.state !== "COMPLETED") return "failed";
  if (run.qualifier === "partial" || (run.rowsRejected ?? 0) > 0) return "partial";
  return last ? "complete" : null;
}
