import type { LineageDifference } from "../../schemas/wire/lineage.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { differenceOf } from "../lineage/difference.ts";
import { graphAnswer, type AskedGraph, type GraphDeps, type PeriodJudging } from "./graph-answer.ts";

export interface AskedDifference extends Omit<AskedGraph, "effectiveAt" | "knownAt"> {
  from: string;
  to: string;
  /** As known now without it, at both dates. */
  knownAt?: string | undefined;
}

/** The graph at two dates, laid over each other. A focus that was not there yet at one of them is there at the other. */
export async function differenceAnswer(
  deps: GraphDeps,
  actor: Actor,
  judging: PeriodJudging,
  { from, to, ...asked }: AskedDifference,
): Promise<LineageDifference> {
  const at = (effectiveAt: string) =>
    graphAnswer(deps, actor, judging, { ...asked, effectiveAt }).catch((error: unknown) => {
      if (error instanceof Fault && error.code === "not-found") return null;
      throw error;
    });
  const [earlier, later] = [await at(from), await at(to)];
  const last = later ?? earlier;
  if (!last) throw new Fault("not-found", "Nothing of that is known at either date.");
  const nodes = differenceOf(earlier?.nodes ?? [], later?.nodes ?? [], ({ id }) => id);
  const edges = differenceOf(earlier?.edges ?? [], later?.edges ?? [], (edge) => `${edge.origin}\n${edge.destination}`);
  const count = (change: string) => edges.filter((edge) => edge.change === change).length;
  return {
    from: earlier?.asOf ?? { ...last.asOf, effectiveAt: from },
    to: later?.asOf ?? { ...last.asOf, effectiveAt: to },
    ...{ period: last.period, focus: last.focus, nodes, edges, added: count("added"), removed: count("removed") },
    completeness: {
      ...last.completeness,
      complete: (earlier?.completeness.complete ?? true) && (later?.completeness.complete ?? true),
      truncated: (earlier?.completeness.truncated ?? false) || (later?.completeness.truncated ?? false),
    },
  };
}
