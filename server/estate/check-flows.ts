import type { Estate } from "../../schemas/estate/estate.ts";
import type { Flow } from "../../schemas/estate/flow.ts";
import { pathOf } from "./check-reconciliations.ts";
import { idsOf, mustBe, type Complain } from "./named.ts";
import { checkZone } from "./places.ts";

/** Flows lead through declared datasets, once each, and are loaded at times that make sense. */
export function checkFlows(estate: Estate, complain: Complain): void {
  const entities = idsOf(estate.entities);
  const datasets = idsOf(estate.datasets);
  const runbooks = idsOf(estate.runbooks);
  for (const [at, flow] of estate.flows.entries()) {
    const path = ["flows", at] as const;
    if (flow.entities !== "all") {
      for (const [of, id] of flow.entities.entries())
        mustBe(entities, id, "entity", [...path, "entities", of], complain);
    }
    if (flow.source) mustBe(datasets, flow.source, "dataset", [...path, "source"], complain);
    if (flow.runbook) mustBe(runbooks, flow.runbook, "runbook", [...path, "runbook"], complain);
    for (const [of, hop] of flow.hops.entries())
      mustBe(datasets, hop.dataset, "dataset", [...path, "hops", of, "dataset"], complain);
    const passed = pathOf(flow);
    const twice = passed.find((id, of) => passed.indexOf(id) !== of);
    if (twice) complain([...path, "hops"], `“${flow.id}” passes “${twice}” twice`, "each dataset once on the way");
    const reached = flow.objective?.through;
    const hops = new Set(flow.hops.map((hop) => hop.dataset));
    if (reached) mustBe(hops, reached, `hop of flow “${flow.id}”`, [...path, "objective", "through"], complain);
    checkCadence(flow, at, complain);
  }
}

function checkCadence(flow: Flow, at: number, complain: Complain): void {
  const path = ["flows", at, "cadence"] as const;
  const { zone, close } = flow.cadence;
  if (zone !== "entity" && zone !== "group") checkZone(zone, [...path, "zone"], complain);
  if (close && close.fromWorkDay > close.toWorkDay) {
    complain(
      [...path, "close"],
      `the close span ends on work day ${close.toWorkDay}, before it begins`,
      "fromWorkDay ≤ toWorkDay",
    );
  }
  if (close && close.from > close.to)
    complain([...path, "close"], `loads end at ${close.to}, before they begin`, "from ≤ to");
  const ages = ["flows", at, "freshness"] as const;
  for (const [under, level] of [
    [ages, flow.freshness],
    [[...ages, "close"], flow.freshness.close],
  ] as const) {
    if (!level || level.dueMinutes <= level.staleMinutes) continue;
    complain(
      under,
      `data is stale after ${level.staleMinutes} minutes but due only after ${level.dueMinutes}`,
      "dueMinutes ≤ staleMinutes",
    );
  }
}
