import type { Entity, Estate } from "../../schemas/estate/estate.ts";
import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { Facts } from "../../schemas/facts.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { LineInput } from "../reconcile/tie-line.ts";

export interface Known {
  estate: Estate;
  facts: Facts;
}

/** What judging one rule for one entity needs; null for a period the estate's scheme does not have. */
export function lineInputOf(known: Known, rule: Reconciliation, entityId: string, periodKey: string): LineInput | null {
  const { estate, facts } = known;
  const index = indexOf(estate);
  const calendars = calendarsOf(estate);
  const period = calendars.period(periodKey);
  if (!period) return null;
  const entity = index.entity(entityId);
  const flow = index.flow(rule.flow);
  return {
    ...{ index, facts, flow, entity, period: period.period, endsOn: period.endsOn, reconciliation: rule },
    postingCutOff: calendars.postingCutOff(period, entity.id, flow.id),
    workDaysAfter: (at, days) => calendars.workDaysAfter(entity.id, at, days),
  };
}

/** The rules that concern an entity, in the estate's order. */
export function rulesFor(estate: Estate, entity: Entity): Reconciliation[] {
  const index = indexOf(estate);
  return estate.reconciliations.filter((rule) => serves(index.flow(rule.flow), entity.id));
}
