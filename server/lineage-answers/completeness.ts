import type { LineageCompleteness, LineageNode } from "../../schemas/wire/lineage.ts";
import { nameOf } from "../lineage/node-id.ts";
import type { Picture } from "../lineage/picture.ts";
import type { Ref } from "../lineage/step-index.ts";
import type { LineageView } from "./view.ts";

const MOST_NAMED = 100;

interface Answered {
  truncated: boolean;
  beyond: number;
  distances: ReadonlyMap<Ref, number | null>;
  nodes: readonly LineageNode[];
  picture: Picture;
  depth: number;
  mostNodes: number;
}

/** What an answer leaves out, and what nobody knows. */
export function completenessOf(view: LineageView, answered: Answered): LineageCompleteness {
  const { graph } = view;
  const { refused, bucketDays } = graph.index.size;
  const { picture, truncated, beyond } = answered;
  return {
    complete: !truncated && beyond === 0 && refused === 0,
    truncated,
    mostNodes: answered.mostNodes,
    depth: answered.depth,
    beyondDepth: beyond,
    outsideWindow: picture.outsideWindow,
    ended: picture.ended,
    unknownUpstream: unknownUpstream(view, answered).slice(0, MOST_NAMED),
    neverObserved: picture.edges.filter((edge) => isUnseen(view, edge)).length,
    undeclared: picture.edges.filter(({ declared }) => !declared).length,
    contradictory: [...answered.distances.keys()]
      .flatMap((node) => contradiction(view, node) ?? [])
      .slice(0, MOST_NAMED),
    refused,
    resolutionDays: bucketDays,
  };
}

/** What a report shows is declared only; no run reads it. */
function isUnseen({ graph }: LineageView, { declared, lastSeen, destination }: Picture["edges"][number]): boolean {
  return declared && lastSeen === null && nameOf(graph.id(destination))?.kind !== "report";
}

/** Datasets that nothing is known to feed. Of a system of record nothing is to be known; of others it is missing. */
function unknownUpstream({ graph, declared }: LineageView, { distances, nodes }: Answered): string[] {
  const records = new Set(declared.estate.datasets.filter(({ systemOfRecord }) => systemOfRecord).map(({ id }) => id));
  const refs = [...distances.keys()];
  return nodes.flatMap((row, at) => {
    if (row.kind !== "dataset" || (row.dataset !== null && records.has(row.dataset))) return [];
    const fed = graph.names(refs[at]!).some((name) => [...first(graph.neighbours(name, "upstream"))].length > 0);
    return fed ? [] : [row.id];
  });
}

function* first<T>(items: Iterable<T>): Iterable<T> {
  for (const item of items) {
    yield item;
    return;
  }
}

/** Producers that each told what feeds a dataset, and told different things. */
function contradiction({ graph }: LineageView, node: Ref): { dataset: string; producers: string[] } | null {
  const { index } = graph;
  const told = new Map<string, Map<number, Set<Ref>>>();
  for (const name of graph.names(node)) {
    for (const step of index.into(name)) {
      if (index.how(step) !== "explicit" || !graph.inForce(step)) continue;
      const byProducer = told.get(`${index.via(step)}`) ?? new Map<number, Set<Ref>>();
      const origins = byProducer.get(index.producer(step)) ?? new Set<Ref>();
      if (index.origin(step) !== 0) origins.add(graph.shownAs(index.origin(step)));
      told.set(`${index.via(step)}`, byProducer.set(index.producer(step), origins));
    }
  }
  for (const byProducer of told.values()) {
    const sets = [...byProducer.values()];
    if (!sets.some((one) => differs(one, sets[0]!))) continue;
    return { dataset: graph.id(node), producers: [...byProducer.keys()].map(graph.id).sort() };
  }
  return null;
}

function differs(one: ReadonlySet<Ref>, other: ReadonlySet<Ref>): boolean {
  return one.size !== other.size || [...one].some((each) => !other.has(each));
}
