import * as z from "zod";
import { Mapping, Reconciliation } from "../../schemas/estate/flow.ts";
import { RateSet } from "../../schemas/estate/rate-set.ts";
import { Dataset } from "../../schemas/estate/flow.ts";
import { Instant, PeriodKey } from "../../schemas/instant.ts";
import type { Total } from "../../schemas/run.ts";
import type { Judging } from "../reconcile/judge-legs.ts";
import type { LineInput, JudgedRule } from "../reconcile/tie-line.ts";

/** Everything a verdict rested on beside the totals, so that the same question can be judged again years later. */
export const CheckBasis = z.object({
  rule: Reconciliation,
  mappings: z.array(Mapping),
  rates: z.array(RateSet),
  judgedAt: Instant,
  period: PeriodKey,
  endsOn: z.string(),
  knownOn: z.string(),
  ledger: z.string(),
  entityCurrency: z.string(),
  groupCurrency: z.string(),
  postingCutOff: Instant,
  /** When each newer snapshot should have arrived, for rules that allow for timing. */
  arrivals: z.array(z.object({ at: Instant, days: z.int(), by: Instant })),
  legs: z.array(
    z.object({
      kind: Dataset.shape.kind,
      sign: z.union([z.literal(1), z.literal(-1)]),
      completeThrough: Instant.nullable(),
      snapshotAsOf: Instant.nullable(),
      otherRun: z.boolean().optional(),
      active: z.boolean(),
      onItsWay: z.boolean(),
    }),
  ),
});
export type CheckBasis = z.infer<typeof CheckBasis>;

export function basisOf({ index, workDaysAfter }: LineInput, { judging }: JudgedRule, judgedAt: Instant): CheckBasis {
  const { rule, legs, ledger, terms, postingCutOff } = judging;
  const { period, endsOn, knownOn, entityCurrency, groupCurrency } = terms;
  const days = rule.timing?.workDays;
  const snapshots = new Set(legs.flatMap(({ snapshotAsOf }) => snapshotAsOf ?? []));
  return {
    ...{ rule, judgedAt, period, endsOn, knownOn, ledger, entityCurrency, groupCurrency, postingCutOff },
    mappings: rule.mappings.map((id) => index.mapping(id)),
    rates: [...new Set(rule.translations.map(({ rateSet }) => rateSet))].map((id) => index.rateSet(id)),
    arrivals: days === undefined ? [] : [...snapshots].map((at) => ({ at, days, by: workDaysAfter(at, days) })),
    legs: legs.map(({ kind, sign, completeThrough, snapshotAsOf, otherRun, active, onItsWay }) => ({
      ...{ kind, sign, completeThrough, snapshotAsOf, otherRun, active },
      onItsWay: onItsWay(),
    })),
  };
}

/** What was judged, put together again from its basis and each leg's totals. */
export function judgingAgain(basis: CheckBasis, totals: readonly (readonly Total[])[]): Judging {
  const { rule, ledger, period, endsOn, knownOn, entityCurrency, groupCurrency, postingCutOff, arrivals } = basis;
  const mapping = (id: string) => basis.mappings.find((each) => each.id === id)!;
  const rateSet = (id: string) => basis.rates.find((each) => each.id === id)!;
  return {
    ...{ rule, ledger, postingCutOff },
    terms: { mapping, rateSet, period, endsOn, knownOn, entityCurrency, groupCurrency },
    workDaysAfter: (at, days) => arrivals.find((arrival) => arrival.at === at && arrival.days === days)!.by,
    legs: basis.legs.map(({ onItsWay, ...leg }, at) => ({ ...leg, totals: totals[at]!, onItsWay: () => onItsWay })),
  };
}
