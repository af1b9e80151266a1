import type { Estate } from "../../schemas/estate/estate.ts";

/** What stands before what. */
export interface Upstream {
  /** Datasets before one, nearest first; those it also feeds are left out, because neither explains the other. */
  before(dataset: string): readonly string[];
  /** Datasets it feeds, nearest first. */
  after(dataset: string): readonly string[];
}

/**
 * The order of datasets over all flows, as the estate declares it: what runs were seen to do beyond that is drift, an
 * exception of its own. Every answer is kept.
 */
export function upstreamOf(estate: Estate): Upstream {
  const feeds = feedsOf(estate);
  const into = Map.groupBy(feeds, ({ to }) => to);
  const outOf = Map.groupBy(feeds, ({ from }) => from);
  const after = kept((dataset) => walk(dataset, (each) => (outOf.get(each) ?? []).map(({ to }) => to)));
  return {
    after,
    before: kept((dataset) => {
      const fed = new Set(after(dataset));
      return walk(dataset, (each) => (into.get(each) ?? []).map(({ from }) => from)).filter((each) => !fed.has(each));
    }),
  };
}

/** Which dataset feeds which. */
function feedsOf({ flows }: Estate): { from: string; to: string }[] {
  return flows.flatMap(({ source, hops }) => {
    const path = [...(source === undefined ? [] : [source]), ...hops.map(({ dataset }) => dataset)];
    return path.slice(1).map((to, at) => ({ from: path[at]!, to }));
  });
}

function walk(start: string, next: (dataset: string) => readonly string[]): string[] {
  const met = new Set([start]);
  for (const dataset of met) for (const each of next(dataset)) met.add(each);
  return [...met].slice(1);
}

function kept(find: (dataset: string) => readonly string[]): (dataset: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (dataset) => {
    const answer = known.get(dataset) ?? find(dataset);
    known.set(dataset, answer);
    return answer;
  };
}
