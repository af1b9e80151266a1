import type { CorrelationFacet } from "../../schemas/event/facets.ts";
import type { LineageEvent } from "../../schemas/event/open-lineage.ts";
import type { CorrelationHow, CorrelationSeen, TotalSeen } from "./incoming-row.ts";
import { runDependencies } from "./run-dependencies.ts";

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
    for (const other of runDependencies(run.facets)) add(carried, "linked", other, other.runId);
  }
  for (const { correlationId } of totals) if (correlationId) add(correlationId, "in-data", job, run.runId);
  return [...seen.values()];
}
