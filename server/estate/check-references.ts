import type { Estate } from "../../schemas/estate/estate.ts";
import { checkCalendars } from "./check-calendars.ts";
import { checkCutOffs } from "./check-cut-offs.ts";
import { checkDeadlineTimes } from "./check-deadline-times.ts";
import { checkFlows } from "./check-flows.ts";
import { checkMasterData } from "./check-master-data.ts";
import { checkMilestones } from "./check-milestones.ts";
import { checkPeriods } from "./check-periods.ts";
import { checkReconciliations } from "./check-reconciliations.ts";
import { checkRequests } from "./check-requests.ts";
import { checkRouting } from "./check-routing.ts";
import type { Locate } from "./join-files.ts";
import { idsOf, mustBe, unique, type Complain } from "./named.ts";
import { checkCountry, checkCurrency, checkZone } from "./places.ts";
import { SECTIONS } from "./sections.ts";

/** Everything the grammar cannot see: that every reference leads somewhere and the parts fit each other. */
export function checkReferences(estate: Estate, locate: Locate): string[] {
  const problems: string[] = [];
  const complain: Complain = (path, what, expected) => problems.push(`${locate(path)}: ${what}; expected ${expected}`);
  checkIds(estate, complain);
  checkHead(estate, complain);
  checkPeriods(estate, complain);
  checkCalendars(estate, complain);
  checkEntities(estate, complain);
  checkDatasets(estate, complain);
  checkMasterData(estate, complain);
  checkFlows(estate, complain);
  checkReconciliations(estate, complain);
  checkMilestones(estate, complain);
  checkRequests(estate, complain);
  checkRouting(estate, complain);
  // Instants can be reckoned only of calendars and periods that are in order.
  if (problems.length === 0) {
    checkDeadlineTimes(estate, complain);
    checkCutOffs(estate, complain);
  }
  return problems;
}

function checkIds(estate: Estate, complain: Complain): void {
  for (const section of SECTIONS) unique(section, estate[section], complain);
}

function checkHead({ estate }: Estate, complain: Complain): void {
  checkZone(estate.zone, ["estate", "zone"], complain);
  checkCurrency(estate.currency, ["estate", "currency"], complain);
}

function checkEntities(estate: Estate, complain: Complain): void {
  for (const [at, entity] of estate.entities.entries()) {
    checkCountry(entity.country, ["entities", at, "country"], complain);
    checkCurrency(entity.currency, ["entities", at, "currency"], complain);
    checkZone(entity.zone, ["entities", at, "zone"], complain);
    if (!/^\d{1,26}(\.\d{1,12})?$/.test(entity.materiality)) {
      complain(
        ["entities", at, "materiality"],
        `materiality is “${entity.materiality}”`,
        'an amount as text, for example "500.00"',
      );
    }
  }
}

function checkDatasets(estate: Estate, complain: Complain): void {
  const systems = idsOf(estate.systems);
  const datasets = idsOf(estate.datasets);
  const names = new Set<string>();
  for (const [at, dataset] of estate.datasets.entries()) {
    mustBe(systems, dataset.system, "system", ["datasets", at, "system"], complain);
    const name = `${dataset.system} ${dataset.name}`;
    if (names.has(name))
      complain(["datasets", at, "name"], `“${dataset.name}” of ${dataset.system} stands twice`, "each dataset once");
    names.add(name);
  }
  for (const [at, report] of estate.reports.entries()) {
    for (const [of, id] of report.datasets.entries())
      mustBe(datasets, id, "dataset", ["reports", at, "datasets", of], complain);
  }
}
