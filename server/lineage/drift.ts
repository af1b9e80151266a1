import type { Estate } from "../../schemas/estate/estate.ts";
import { declaredEdges, declaredSteps, type DeclaredEdge } from "./declared.ts";
import { graphAt, type AsOf, type GraphAt } from "./graph-at.ts";
import { nameOf, type NodeId } from "./node-id.ts";
import type { Ref, StepIndex } from "./step-index.ts";

/**
 * Where what a flow declares and what its jobs tell differ. `never-observed`: the job told all it reads or writes, and
 * the declared dataset is not among it. `undeclared`: a declared job reads or writes, or a declared dataset is filled
 * by, what the estate does not know of. A job that never ran is no drift but a missing run.
 */
export interface Drift {
  kind: "never-observed" | "undeclared";
  origin: NodeId;
  destination: NodeId;
  /** The flow and the dataset of its hop, by their ids in the estate, and the entities the job serves. */
  flow: string;
  dataset: string;
  entities: readonly string[];
  /** Epoch milliseconds of the first event that showed it, or of the latest that should have; null where unknown. */
  since: number | null;
  /** In the controller's words. */
  text: string;
}

/** Every drift there is at two times, in a fixed order. Costs what the estate declares, not what was seen. */
export function driftOf(estate: Estate, index: StepIndex, asOf: AsOf): Drift[] {
  const edges = declaredEdges(estate);
  const graph = graphAt(index, declaredSteps(index, edges), asOf);
  const titles = new Map(estate.flows.map(({ id, title }) => [id, title]));
  const hops = edges.flatMap((edge) => (edge.hop ? [{ ...edge, hop: edge.hop }] : []));
  const found = [...hops.flatMap((edge) => unseen(graph, edge, titles)), ...unforeseen(graph, hops, titles)];
  const keys = found.map((drift) => [`${drift.kind} ${drift.origin} ${drift.destination}`, drift] as const);
  return [...new Map(keys)].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, drift]) => drift);
}

type HopEdge = DeclaredEdge & { hop: NonNullable<DeclaredEdge["hop"]> };
type Titles = ReadonlyMap<string, string>;

function unseen(graph: GraphAt, edge: HopEdge, titles: Titles): Drift[] {
  const { index, asOf } = graph;
  const [origin, destination] = [index.intern(edge.origin), index.intern(edge.destination)];
  const reads = graph.isJob(destination);
  const telling = latestTelling(graph, reads ? destination : origin, reads ? "told-inputs" : "told-outputs");
  if (telling === null) return [];
  const names = new Set(graph.names(reads ? origin : destination));
  for (const step of reads ? index.into(destination) : index.outOf(origin)) {
    const other = reads ? index.origin(step) : index.destination(step);
    if (names.has(other) && index.how(step) === "io" && graph.inForce(step)) return [];
  }
  const [job, dataset] = reads ? [edge.destination, edge.origin] : [edge.origin, edge.destination];
  const verb = reads ? "reads" : "fills";
  const flow = titles.get(edge.hop.flow) ?? edge.hop.flow;
  const text = `${flow} declares that ${nameIn(job)} ${verb} ${nameIn(dataset)}. Its runs do not show that.`;
  const since = index.lastSeen(telling, asOf.effectiveAt, asOf.knownAt);
  return [{ kind: "never-observed", origin: edge.origin, destination: edge.destination, ...edge.hop, since, text }];
}

function latestTelling({ index, asOf }: GraphAt, job: Ref, how: "told-inputs" | "told-outputs"): number | null {
  for (const step of index.into(job)) {
    const told = index.origin(step) === 0 && index.how(step) === how;
    if (told && index.lastSeen(step, asOf.effectiveAt, asOf.knownAt) > -Infinity) return step;
  }
  return null;
}

/** Steps seen at a declared job, or into a declared dataset, that are not declared. Who else reads one is nobody's drift. */
function* unforeseen(graph: GraphAt, hops: readonly HopEdge[], titles: Titles): Iterable<Drift> {
  const { index, asOf } = graph;
  for (const edge of hops) {
    for (const end of [index.intern(edge.origin), index.intern(edge.destination)]) {
      const isFilled = !graph.isJob(end) && edge.destination === index.text(end);
      const steps = graph.isJob(end) ? [...index.into(end), ...index.outOf(end)] : isFilled ? index.into(end) : [];
      for (const step of steps) {
        const [origin, destination] = [index.origin(step), index.destination(step)];
        if (origin === 0 || index.how(step) !== "io" || !graph.inForce(step)) continue;
        if (isDeclared(graph, origin, destination)) continue;
        const [from, to] = [index.text(origin), index.text(destination)];
        const flow = titles.get(edge.hop.flow) ?? edge.hop.flow;
        const what = graph.isJob(destination)
          ? `${nameIn(to)} reads ${nameIn(from)}`
          : `${nameIn(from)} fills ${nameIn(to)}`;
        yield {
          ...{ kind: "undeclared", origin: from, destination: to, ...edge.hop },
          since: index.firstSeen(step, asOf.effectiveAt, asOf.knownAt),
          text: `${what}, which ${flow} does not declare.`,
        };
      }
    }
  }
}

function isDeclared(graph: GraphAt, origin: Ref, destination: Ref): boolean {
  for (const from of graph.names(origin)) {
    for (const to of graph.names(destination)) if (graph.declared.has(from, to)) return true;
  }
  return false;
}

function nameIn(id: NodeId): string {
  return nameOf(id)?.name ?? id;
}
