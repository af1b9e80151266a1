import type { Estate } from "../schemas/estate/estate.ts";
import type { Context } from "../server/context.ts";
import { declaredEdges, declaredSteps } from "../server/lineage/declared.ts";
import { createStepIndex } from "../server/lineage/step-index.ts";

/** The lineage of an estate nothing has been seen of yet. */
export function declaredLineage(estate: Estate): Context["lineage"] {
  const index = createStepIndex();
  const edges = declaredEdges(estate);
  const declared = { estate, since: "2026-01-01T00:00:00.000Z", edges, steps: declaredSteps(index, edges) };
  return { index, apply: () => {}, declaredAt: () => declared };
}
