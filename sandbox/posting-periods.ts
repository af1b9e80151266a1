import type { Estate } from "../schemas/estate/estate.ts";
import type { PeriodStatus } from "../schemas/event/facets.ts";
import type { DatasetEvent } from "../schemas/event/open-lineage.ts";
import type { CloseTime, Scenario } from "./scenario.ts";
import { addDays, closeInstant, periodOf, type WorkDays } from "./world/work-days.ts";

const PRODUCER = "https://example.com/posting-periods";
const DATASET_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent";

/** How one stage leaves the general ledger and the two subledgers, customers and vendors. */
type Stage = readonly { subledger: string; status: PeriodStatus; native: string }[];

const OPEN: Stage = [
  { subledger: "", status: "open", native: "open" },
  { subledger: "D", status: "open", native: "D open" },
  { subledger: "K", status: "open", native: "K open" },
];
const SOFT: Stage = [
  { subledger: "", status: "soft", native: "open to authorization group FCLS" },
  { subledger: "D", status: "closed", native: "D closed" },
  { subledger: "K", status: "closed", native: "K closed" },
];
const REOPENED: Stage = [{ subledger: "", status: "soft", native: "open to authorization group FCLS" }];
const CLOSED: Stage = [{ subledger: "", status: "closed", native: "closed" }, ...SOFT.slice(1)];

/**
 * What the ERP's own program pushes to the door each time posting periods are opened or shut: no API of the vendor's tells
 * it. Every event from the play's beginning to an instant, in epoch milliseconds, oldest first and the same each time.
 */
export function postingPeriodEvents(estate: Estate, scenario: Scenario, days: WorkDays, until: number): DatasetEvent[] {
  const { postingPeriods } = scenario;
  const flow = estate.flows.find(({ source }) => source !== undefined);
  const ledger = estate.datasets.find(({ id }) => id === flow?.source);
  const system = estate.systems.find(({ id }) => id === ledger?.system);
  if (!postingPeriods || !ledger || !system) return [];
  const events: DatasetEvent[] = [];
  for (let period = scenario.from.slice(0, 7); ; period = addDays(periodOf(period).endsOn, 1).slice(0, 7)) {
    const begun = days.instant(null, `${period}-01`, "00:00");
    if (begun > until) break;
    for (const { id, ledger: book } of estate.entities) {
      const at = (time: CloseTime, of: string | null) => closeInstant(days, of, period, time);
      const stages: [number, Stage][] = [
        [begun, OPEN],
        [at(postingPeriods.soft, id), SOFT],
        [at(postingPeriods.closed, null), CLOSED],
        ...postingPeriods.reopened
          .filter((each) => each.entity === id && each.period === period)
          .flatMap(({ from, until: shut }): [number, Stage][] => [
            [at(from, id), REOPENED],
            [at(shut, id), CLOSED],
          ]),
      ];
      for (const [instant, stage] of stages) {
        if (instant > until) continue;
        const statuses = stage.map((each) => ({ entity: id, ledger: book, period, ...each }));
        const facet = { _producer: PRODUCER, _schemaURL: "urn:tieout:facet:tieout_periodStatus", statuses };
        events.push({
          ...{ eventTime: new Date(instant).toISOString(), producer: PRODUCER, schemaURL: DATASET_EVENT },
          dataset: { namespace: system.namespace, name: ledger.name, facets: { tieout_periodStatus: facet } },
        });
      }
    }
  }
  return events.sort((one, other) => (one.eventTime < other.eventTime ? -1 : one.eventTime > other.eventTime ? 1 : 0));
}
