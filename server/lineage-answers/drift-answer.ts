import type { LineageDrift } from "../../schemas/wire/lineage.ts";
import { driftOf } from "../lineage/drift.ts";
import { instantOf, viewAt, type AskedTimes, type LineageDeps } from "./view.ts";

/** Where declared and observed lineage differ. */
export function driftAnswer(deps: LineageDeps, asked: AskedTimes): LineageDrift {
  const { asOf, declared, graph } = viewAt(deps, asked);
  const drift = driftOf(declared.estate, graph.index, graph.asOf);
  return {
    asOf,
    drift: drift.map(({ since, entities, ...each }) => ({
      ...each,
      entities: [...entities],
      sinceAt: instantOf(since),
    })),
  };
}
