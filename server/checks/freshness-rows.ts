import type { FreshnessState } from "../../schemas/wire/flow-strip.ts";
import { serves } from "./estate-index.ts";
import { flowViewOf, type Judging } from "./flow-view.ts";
import { momentOf } from "./moment.ts";

/** How fresh one dataset of a flow is for one entity and period. */
export interface FreshnessRow {
  dataset: string;
  title: string;
  flow: string;
  entity: string;
  period: string;
  state: FreshnessState;
  completeThrough: string | null;
  ageMinutes: number | null;
  overdueSince: string | null;
  nextDueAt: string | null;
}

export interface FreshnessInput extends Judging {
  now: Date;
  period: string;
  entities: "all" | readonly string[];
}

/** Freshness of every dataset a flow fills, for each entity the flow serves. */
export function freshnessRows(input: FreshnessInput): FreshnessRow[] {
  const { estate, entities, calendars } = input;
  const period = calendars.period(input.period);
  if (!period) throw new RangeError(`the estate has no period ${input.period}`);
  const moment = momentOf(input.now);
  const shown = estate.entities.filter(({ id }) => entities === "all" || entities.includes(id));
  return estate.flows.flatMap((flow) =>
    shown
      .filter((entity) => serves(flow, entity.id))
      .flatMap((entity) => flowViewOf(input, flow, entity, period, moment).hops.map((hop) => ({ entity, hop })))
      .map(({ entity, hop }) => ({
        dataset: hop.dataset.id,
        title: hop.dataset.title,
        flow: flow.id,
        entity: entity.id,
        period: period.period,
        completeThrough: hop.watermark?.completeThrough ?? null,
        ...hop.freshness,
      })),
  );
}
