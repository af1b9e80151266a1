import type { LineageDrift } from "../../../schemas/wire/lineage.ts";
import { EXCEPTION_TABLE } from "../../checks/exception-table.ts";
import type { OpenException } from "../open-exception.ts";

/** Where what flows declare and what their jobs tell differ: one cause for each dataset, whatever shows it. */
export function driftExceptions({ drift, asOf }: LineageDrift): OpenException[] {
  return drift.map(({ kind, origin, destination, flow, dataset, entities, sinceAt, text }): OpenException => {
    const { class: of, owner } = EXCEPTION_TABLE["contract-drift"];
    const title =
      kind === "undeclared" ? "A job does what no flow declares" : "A job does not do what its flow declares";
    const words = { title, text };
    return {
      ...{ key: `drift.${kind}.${origin}.${destination}`, causeKey: `contract-drift.${dataset}`, kind: "run" },
      ...{ code: "contract-drift", class: of, severity: "S3", ownerRole: owner, title, system: null, dataset, flow },
      ...{ entity: entities.length === 1 ? entities[0]! : null, period: null, job: null, runId: null },
      ...{ correlationId: null, detail: null, amount: null, currency: null },
      sinceAt: sinceAt ?? asOf.effectiveAt,
      ...{ brings: null, suffers: null, echo: true, dueAt: null, milestones: [], hold: null },
      told: { words: { finance: words, engineering: words } },
    };
  });
}
