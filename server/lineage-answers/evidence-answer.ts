import type { LineageEvidence } from "../../schemas/wire/lineage.ts";
import type { How } from "../lineage/step.ts";
import { stepEvidence } from "../store/clickhouse/lineage-steps.ts";
import { instantOf, nodeNamed, viewAt, type AskedTimes, type LineageDeps, type LineageView } from "./view.ts";

/** Who told of a step, and how it is declared. What became known after the question's time is left out. */
export async function evidenceAnswer(
  deps: LineageDeps,
  asked: AskedTimes & { origin: string; destination: string },
): Promise<LineageEvidence> {
  const view = viewAt(deps, asked);
  const { graph, declared } = view;
  const [origin, destination] = [graph.id(nodeNamed(view, asked.origin)), graph.id(nodeNamed(view, asked.destination))];
  const rows = await deps.clickhouse.ask(stepEvidence, { origin, destination });
  const edge = declared.edges.find((each) => each.origin === origin && each.destination === destination);
  return {
    ...{ asOf: view.asOf, origin, destination },
    declared: edge?.hop ? { flow: edge.hop.flow, dataset: edge.hop.dataset, since: declared.since } : null,
    observed: rows.flatMap(({ how, via, producer, earliest, days }) => {
      const step = stepOf(view, { origin, destination, how, via, producer });
      if (step === null) return [];
      const { effectiveAt, knownAt } = graph.asOf;
      const [first, last] = [
        graph.index.firstSeen(step, effectiveAt, knownAt),
        graph.index.lastSeen(step, effectiveAt, knownAt),
      ];
      const firstSeenAt = instantOf(first);
      if (firstSeenAt === null) return [];
      return {
        ...{ how, via: via || null, producer, days, firstSeenAt, lastSeenAt: instantOf(last)! },
        ...{ firstKnownAt: instantOf(earliest[1])!, inForce: graph.inForce(step) },
      };
    }),
  };
}

function stepOf(
  { graph: { index } }: LineageView,
  of: { origin: string; destination: string; how: How; via: string; producer: string },
): number | null {
  const number = (text: string) => index.find(text) ?? -1;
  const { origin, destination, how, via, producer } = of;
  return index.step({
    ...{ origin: number(origin), destination: number(destination), how },
    ...{ via: number(via), producer: number(producer) },
  });
}
