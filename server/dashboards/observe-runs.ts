import type { Period } from "../close/periods.ts";
import { exceptionTally, repairTally, runTally } from "../store/clickhouse/measures.ts";
import type { Observation } from "./observation.ts";
import { inView, windowOf, type Observing } from "./observing.ts";

interface Tallied {
  namespace: string;
  job: string;
  entity: string;
  period: string;
  day: string;
}

/** Observations of a tally, each where its job stands in the estate. */
function observed<Row extends Tallied>(
  observing: Observing,
  period: Period,
  rows: readonly Row[],
  values: (row: Row) => Pick<Observation, "top" | "bottom"> & { at?: Observation["at"] },
): Observation[] {
  return rows
    .filter((row) => (row.period === "" ? inView(observing, period, row.day) : row.period === period.period))
    .map((row) => {
      const { entity = row.entity || undefined, system, flow } = observing.placeOf(row.namespace, row.job);
      const { top, bottom, at } = values(row);
      const members = { period: period.period, day: row.day, entity, system, flow, ...at };
      return { top, bottom, at: members as Observation["at"] };
    });
}

type RunValue = "runs" | "failed" | "partial" | "rejected" | "seconds";

/** One value of ended runs: a count, a share of all that ended, or minutes a run. */
export function observeRuns(value: RunValue) {
  return async (observing: Observing, period: Period): Promise<Observation[]> => {
    const rows = await observing.ctx.clickhouse.ask(runTally, windowOf(observing, period));
    return observed(observing, period, rows, (row) =>
      value === "seconds" ? { top: row.seconds / 60, bottom: row.timed } : { top: row[value], bottom: row.runs },
    );
  };
}

export async function observeExceptions(observing: Observing, period: Period): Promise<Observation[]> {
  const rows = await observing.ctx.clickhouse.ask(exceptionTally, windowOf(observing, period));
  const seen = observed(observing, period, rows, (row) => ({
    top: row.exceptions,
    bottom: row.exceptions,
    at: { code: row.code, class: row.class },
  }));
  // A close without any is a figure too, where anything is known of it.
  const clean = seen.length === 0 && observing.ctx.facts.periods().includes(period.period);
  return clean ? [{ top: 0, bottom: 0, at: { period: period.period } }] : seen;
}

export async function observeRepairs(observing: Observing, period: Period): Promise<Observation[]> {
  const rows = await observing.ctx.clickhouse.ask(repairTally, windowOf(observing, period));
  return observed(observing, period, rows, (row) => ({ top: row.seconds / 60, bottom: row.repairs }));
}
