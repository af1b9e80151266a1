import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Report } from "../../schemas/estate/flow.ts";

export interface Impact {
  /** Estate ids of the datasets touched, in the order given. */
  datasets: string[];
  reports: Report[];
  /** Milestones whose data passes through them, and those that wait for them. */
  milestones: Milestone[];
}

/** What stands on some datasets of the estate: if they are late or wrong, these reports and milestones are too. */
export function impactOf(estate: Estate, datasets: readonly string[]): Impact {
  const held = new Set(
    estate.close.milestones.filter((milestone) => needs(estate, milestone, datasets)).map(({ id }) => id),
  );
  for (let before = -1; before !== held.size;) {
    before = held.size;
    for (const { id, after } of estate.close.milestones) if (after.some((each) => held.has(each))) held.add(id);
  }
  return {
    datasets: [...datasets],
    reports: estate.reports.filter((report) => report.datasets.some((id) => datasets.includes(id))),
    milestones: estate.close.milestones.filter(({ id }) => held.has(id)),
  };
}

function needs(estate: Estate, { gate }: Milestone, datasets: readonly string[]): boolean {
  if (gate.kind === "reconciliation") {
    const rule = estate.reconciliations.find((candidate) => candidate.id === gate.reconciliation);
    return rule?.legs.some((leg) => datasets.includes(leg)) ?? false;
  }
  if (gate.kind !== "flow") return false;
  const flow = estate.flows.find((candidate) => candidate.id === gate.flow);
  const through = gate.through ?? flow?.hops.at(-1)?.dataset;
  return through !== undefined && datasets.includes(through);
}
