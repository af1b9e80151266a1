import type { Entity, Estate } from "../../schemas/estate/estate.ts";
import type { Reconciliation } from "../../schemas/estate/flow.ts";
import type { Facts } from "../../schemas/facts.ts";
import { indexOf, serves } from "../checks/estate-index.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Leg } from "../reconcile/legs.ts";
import type { LineInput } from "../reconcile/tie-line.ts";

export interface Known {
  estate: Estate;
  facts: Facts;
}

/** What judging one rule for one entity needs; null for a period the estate's scheme does not have. */
export function lineInputOf(known: Known, rule: Reconciliation, entity: string, period: string): LineInput | null {
  return lineInputs(known, entity, period)?.(rule) ?? null;
}

/** The same for many rules judged at one moment, which read what they share once. */
export function lineInputs(
  { estate, facts }: Known,
  entityId: string,
  periodKey: string,
): ((rule: Reconciliation) => LineInput) | null {
  const index = indexOf(estate);
  const calendars = calendarsOf(estate);
  const of = calendars.period(periodKey);
  if (!of) return null;
  const entity = index.entity(entityId);
  const { period, endsOn } = of;
  const legs = new Map<string, Leg>();
  const cutOffs = new Map<string, string>();
  const workDaysAfter = (at: string, days: number) => calendars.workDaysAfter(entityId, at, days);
  return (reconciliation) => {
    const flow = index.flow(reconciliation.flow);
    let postingCutOff = cutOffs.get(flow.id);
    if (!postingCutOff) cutOffs.set(flow.id, (postingCutOff = calendars.postingCutOff(of, entityId, flow.id)));
    return { index, facts, flow, entity, period, endsOn, legs, reconciliation, postingCutOff, workDaysAfter };
  };
}

const concerning = new WeakMap<Estate, Map<string, readonly Reconciliation[]>>();

/** The rules that concern an entity, in the estate's order. */
export function rulesFor(estate: Estate, { id }: Entity): readonly Reconciliation[] {
  const known = concerning.get(estate) ?? new Map<string, readonly Reconciliation[]>();
  concerning.set(estate, known);
  let rules = known.get(id);
  if (!rules) {
    const index = indexOf(estate);
    rules = estate.reconciliations.filter((rule) => serves(index.flow(rule.flow), id));
    known.set(id, rules);
  }
  return rules;
}
