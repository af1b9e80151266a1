import type { TieLine } from "../../schemas/wire/line.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Judging } from "../checks/flow-view.ts";
import { momentOf } from "../checks/moment.ts";
import { judgeLine } from "../reconcile/tie-line.ts";

export interface LinesInput extends Judging {
  now: Date;
  period: string;
  entity: string;
}

/** The tie-out line of one reconciliation for one entity. */
export function lineOf(input: LinesInput & { reconciliation: string }): TieLine {
  const { estate, calendars, facts } = input;
  const index = indexOf(estate);
  const period = calendars.period(input.period);
  if (!period) throw new RangeError(`the estate has no period ${input.period}`);
  const reconciliation = index.reconciliation(input.reconciliation);
  const flow = index.flow(reconciliation.flow);
  const entity = index.entity(input.entity);
  const postingCutOff = calendars.postingCutOff(period, entity.id, flow.id);
  const { endsOn } = period;
  const workDaysAfter = (at: string, days: number) => calendars.workDaysAfter(entity.id, at, days);
  const line = { index, facts, flow, entity, period: period.period, reconciliation, postingCutOff };
  return judgeLine({ ...line, endsOn, workDaysAfter }, momentOf(input.now)).line;
}

/** Every tie-out line of an entity, by reconciliation. */
export function entityLines(input: LinesInput): Record<string, TieLine> {
  const index = indexOf(input.estate);
  return Object.fromEntries(
    index
      .flowsOf(input.entity)
      .flatMap((flow) => index.reconciliationsOf(flow.id))
      .map(({ id }) => [id, lineOf({ ...input, reconciliation: id })]),
  );
}
