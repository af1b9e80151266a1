import type { Attainment } from "../../schemas/wire/attainment.ts";
import { attainments } from "../checks/attainment.ts";
import type { Period } from "../close/periods.ts";
import type { Observation } from "./observation.ts";
import type { Observing } from "./observing.ts";

function attained({ ctx, calendars, attainmentMemo }: Observing, period: Period): Attainment[] {
  const { estate, facts } = ctx;
  const now = ctx.clock.now();
  const judging = { estate, facts, calendars, now, period: period.period, entities: "all" as const };
  return attainments({ ...judging, memo: attainmentMemo }, [period.period]);
}

/** Loads that are over, by whether they arrived in time. */
export async function observeAttainment(observing: Observing, period: Period): Promise<Observation[]> {
  return attained(observing, period).flatMap(({ flow, entities }) =>
    entities.map(({ entity, met, late, missed }) => ({
      top: met,
      bottom: met + late + missed,
      at: { period: period.period, flow, entity },
    })),
  );
}

/** What is left of each flow's error budget; of flows without an objective nothing is said. */
export async function observeBudgets(observing: Observing, period: Period): Promise<Observation[]> {
  return attained(observing, period).flatMap(({ flow, budget }) =>
    budget ? [{ top: Number(budget.leftPercent), bottom: 1, at: { period: period.period, flow } }] : [],
  );
}
