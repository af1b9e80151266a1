import type { Estate } from "../../schemas/estate/estate.ts";
import type { Facts } from "../../schemas/facts.ts";
import { indexOf } from "../checks/estate-index.ts";

/** Where a load goes: a hop of a flow, for an entity and period. */
interface Place {
  flow: string | null;
  dataset: string | null;
  entity: string | null;
  period: string | null;
}

/**
 * The correlation ID a load will carry: that of the batch last delivered to the hop before, where its figures come
 * from, else further up, else of the hop itself. Null where nothing was ever correlated there.
 */
export function correlationOf(estate: Estate, facts: Pick<Facts, "runsInto">, place: Place): string | null {
  const { flow: id, dataset, entity, period } = place;
  if (id === null || entity === null || period === null) return null;
  const index = indexOf(estate);
  const { hops } = index.flow(id);
  const upTo = hops.findIndex((hop) => hop.dataset === dataset);
  if (upTo < 0) return null;
  for (const hop of [...hops.slice(0, upTo).toReversed(), hops[upTo]!]) {
    const runs = facts.runsInto(index.name(hop.dataset), entity, period);
    // A batch still on its way upstream is not what the load will find.
    const carried = runs.find((run) => run.state === "COMPLETED" && run.correlationId !== null)?.correlationId;
    if (carried) return carried;
  }
  return null;
}
