import type * as z from "zod";
import type { Period } from "../close/periods.ts";
import { incidentFigures } from "../store/postgres/incidents-figures.ts";
import type { Observation } from "./observation.ts";
import { inView, windowOf, type Observing } from "./observing.ts";

type Figure = "incidents" | "minutes to acknowledge" | "minutes to resolve" | "messages" | "nobody acted";

/** One figure of the incidents of a period: those that name it, and those of no period opened while it was in view. */
export function observeIncidents(figure: Figure) {
  return async (observing: Observing, period: Period): Promise<Observation[]> => {
    const rows = await observing.ctx.postgres.ask(incidentFigures, windowOf(observing, period));
    const seen = rows.filter(({ periods, openedAt }) =>
      periods.length > 0 ? periods.at(-1) === period.period : inView(observing, period, openedAt.slice(0, 10)),
    );
    const observed = seen.flatMap((row) => {
      const top = topOf(row, figure);
      const { code, class: of, ownerRole, entities, flows, openedAt } = row;
      const members = {
        ...{ period: period.period, day: openedAt.slice(0, 10), code, class: of, owner: ownerRole },
        // What hits several belongs to none of them alone.
        ...(entities.length === 1 && { entity: entities[0]! }),
        ...(flows.length === 1 && { flow: flows[0]! }),
      };
      return top === null ? [] : [{ top, bottom: 1, at: members }];
    });
    // A close without any is a figure too, where anything is known of it.
    const clean = figure === "incidents" && observed.length === 0;
    return clean && observing.ctx.facts.periods().includes(period.period)
      ? [{ top: 0, bottom: 0, at: { period: period.period } }]
      : observed;
  };
}

type Row = z.infer<typeof incidentFigures.row>;

/** Null where there is nothing to say of it yet: one nobody took on has no time to acknowledge. */
function topOf({ openedAt, acknowledgedAt, resolvedAt, messages, acts }: Row, figure: Figure): number | null {
  const minutesTo = (at: string | null) => (at === null ? null : (Date.parse(at) - Date.parse(openedAt)) / 60_000);
  switch (figure) {
    case "incidents":
      return 1;
    case "minutes to acknowledge":
      return minutesTo(acknowledgedAt);
    case "minutes to resolve":
      return minutesTo(resolvedAt);
    case "messages":
      return messages;
    case "nobody acted":
      return acts === 0 ? 1 : 0;
  }
}
