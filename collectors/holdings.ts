import { createHash } from "node:crypto";
import type { ControlTotal, Position } from "../schemas/event/facets.ts";
import type { DatasetEvent } from "../schemas/event/open-lineage.ts";
import { signedDatasetEvent } from "./signed-event.ts";

/** What a dataset holds for one entity and period, read off the dataset itself. */
export interface Holding {
  dataset: string;
  position: Position;
  totals: readonly ControlTotal[];
}

/**
 * What datasets hold, as one event for each entity and period whose figures changed since they were last told; a figure
 * changed by hand, which no run tells of, shows so. `told` maps a dataset's position to a digest of its figures.
 */
export function holdingEvents(
  source: { producer: string; namespace: string; at: string },
  holdings: readonly Holding[],
  told: Readonly<Record<string, string>>,
): { events: DatasetEvent[]; told: Record<string, string> } {
  const now: Record<string, string> = { ...told };
  const events: DatasetEvent[] = [];
  for (const { dataset, position, totals } of holdings) {
    const { entity, ledger, period, version } = position;
    const key = [dataset, entity, ledger, period, version].join("/");
    const digest = createHash("sha256").update(JSON.stringify(totals)).digest("base64url").slice(0, 16);
    if (now[key] === digest) continue;
    now[key] = digest;
    const facets = { tieout_position: { positions: [position] }, tieout_controlTotals: { asOf: source.at, totals } };
    events.push(signedDatasetEvent(source.producer, source.at, { namespace: source.namespace, name: dataset, facets }));
  }
  return { events, told: now };
}
