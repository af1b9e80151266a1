import type { Facets } from "../../schemas/event/open-lineage.ts";
import { isObject } from "../../schemas/event/read-facets.ts";

/** A run another run names as feeding it (`up`) or fed by it (`down`). */
export interface RunDependency {
  way: "up" | "down";
  namespace: string;
  name: string;
  runId: string;
}

/** Runs named in OpenLineage's facet `jobDependencies`, up and down; what names no run is left out. */
export function runDependencies(facets: Facets | undefined): RunDependency[] {
  const facet = facets?.jobDependencies;
  if (!isObject(facet)) return [];
  return [...named(facet.upstream, "up"), ...named(facet.downstream, "down")];
}

function named(list: unknown, way: RunDependency["way"]): RunDependency[] {
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown) => {
    if (!isObject(entry) || !isObject(entry.job) || !isObject(entry.run)) return [];
    const { namespace, name } = entry.job;
    const { runId } = entry.run;
    if (typeof namespace !== "string" || typeof name !== "string" || typeof runId !== "string") return [];
    return [{ way, namespace, name, runId }];
  });
}
