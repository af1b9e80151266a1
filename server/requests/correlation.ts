import type { Estate } from "../../schemas/estate/estate.ts";
import type { Facts } from "../../schemas/facts.ts";
import type { Rerun, RequestTarget } from "./target.ts";

/**
 * The correlation ID the load will carry: that of the batch last delivered to the hop before, where its figures come
 * from, else further up, else of the hop itself. Null where nothing was ever correlated there.
 */
export function correlationOf(estate: Estate, facts: Facts, rerun: Rerun, target: RequestTarget): string | null {
  const upstream = rerun.flow.hops.slice(0, rerun.index).toReversed();
  for (const hop of [...upstream, rerun.hop]) {
    const dataset = estate.datasets.find((candidate) => candidate.id === hop.dataset);
    const system = estate.systems.find((candidate) => candidate.id === dataset?.system);
    if (!dataset || !system) continue;
    const runs = facts.runsInto({ namespace: system.namespace, name: dataset.name }, target.entity, target.period);
    // A batch still on its way upstream is not what the load will find.
    const carried = runs.find((run) => run.state === "COMPLETED" && run.correlationId !== null)?.correlationId;
    if (carried) return carried;
  }
  return null;
}
