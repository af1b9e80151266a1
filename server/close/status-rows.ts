import type { PeriodStatusRow } from "../../schemas/wire/period-status.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Judging } from "../checks/flow-view.ts";

/** What the systems of record told of an entity's ledgers in a period. */
export function statusRows({ estate, facts }: Judging, entity: string, period: string): PeriodStatusRow[] {
  const stated = facts.periodStatuses(entity, period);
  return stated.map(({ namespace, name, ...row }) => ({
    ...row,
    system: indexOf(estate).datasetNamed({ namespace, name })?.system ?? namespace,
  }));
}
