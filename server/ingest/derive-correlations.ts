import type { CorrelationFacet } from "../../schemas/event/facets.ts";
import type { Facets, LineageEvent } from "../../schemas/event/open-lineage.ts";
import { isObject } from "../../schemas/event/read-facets.ts";
import type { CorrelationHow, CorrelationSeen, TotalSeen } from "./incoming-row.ts";

/**
 * Which runs an event ties to which correlation IDs: its own, the runs it names as fed by or feeding it (so that they
 * are found even while they cannot say it themselves), and those its figures carry.
 */
export function deriveCorrelations(lineage: LineageEvent, totals: readonly TotalSeen[]): CorrelationSeen[] {
  if (lineage.kind !== "run") return [];
  const { run, job } = lineage.event;
  const seen = new Map<string, CorrelationSeen>();
  const add = (correlationId: string, how: CorrelationHow, of: { namespace: string; name: string }, runId: string) => {
    const entry = { correlationId, how, jobNamespace: of.namespace, jobName: of.name, runId };
    seen.set(JSON.stringify(entry), entry);
  };
  const carried = (run.facets?.tieout_correlation as CorrelationFacet | undefined)?.correlationId;
  if (carried) {
    add(carried, "carried", job, run.runId);
    for (const other of dependencies(run.facets)) add(carried, "linked", other, other.runId);
  }
  for (const { correlationId } of totals) if (correlationId) add(correlationId, "in-data", job, run.runId);
  return [...seen.values()];
}

/** Runs named in OpenLineage's facet `jobDependencies`, up and down. */
function dependencies(facets: Facets | undefined): { namespace: string; name: string; runId: string }[] {
  const facet = facets?.jobDependencies;
  if (!isObject(facet)) return [];
  const named = [facet.upstream, facet.downstream].flatMap((list) => (Array.isArray(list) ? list : []));
  return named.flatMap((entry: unknown) => {
    if (!isObject(entry) || !isObject(entry.job) || !isObject(entry.run)) return [];
    const { namespace, name } = entry.job;
    const { runId } = entry.run;
    if (typeof namespace !== "string" || typeof name !== "string" || typeof runId !== "string") return [];
    return [{ namespace, name, runId }];
  });
}
