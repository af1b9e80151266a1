import type { Estate } from "../../schemas/estate/estate.ts";
import { findingOf } from "./findings.ts";
import type { Found } from "./fold-incidents.ts";
import { groupExceptions } from "./group-exceptions.ts";
import type { Looked } from "./look-for-exceptions.ts";
import type { ExceptionGroup } from "./open-exception.ts";
import type { Upstream } from "./upstream.ts";

export interface FoundIncidents extends Found {
  groups: ReadonlyMap<string, ExceptionGroup>;
}

/** What is wrong, as causes: each with what it brings about. */
export function findIncidents(estate: Estate, order: Upstream, { exceptions, blind, now }: Looked): FoundIncidents {
  const systems = new Map(estate.datasets.map(({ id, system }) => [id, system]));
  const groups = groupExceptions(exceptions, order, (dataset) => systems.get(dataset) ?? null);
  const causes = new Set(groups.map(({ causeKey }) => causeKey));
  const absorbed = new Map<string, string>();
  for (const { causeKey, impacts } of groups) {
    for (const each of impacts) if (!causes.has(each.causeKey)) absorbed.set(each.causeKey, causeKey);
  }
  return {
    ...{ now, blind, absorbed },
    findings: groups.map((group) => findingOf(estate, order, group)),
    groups: new Map(groups.map((group) => [group.causeKey, group])),
  };
}
