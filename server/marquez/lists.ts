import { Fault } from "../fault.ts";
import { runOf } from "../facts/run-fold.ts";
import { datasetNode, jobNode, nameOf, type NodeId } from "../lineage/node-id.ts";
import type { Ref } from "../lineage/step-index.ts";
import { isKnown, type LineageDeps } from "../lineage-answers/view.ts";
import { eventOfJobAt, runCountOfJob, runPageOfJob } from "../store/clickhouse/lineage-runs.ts";
import { entitiesNow, marquezRun, type Entities } from "./entities.ts";
import { datasetFacets, eventOf, jobFacets } from "./event-facets.ts";
import type { MarquezDataset, MarquezJob, MarquezNamespace, MarquezRun, MarquezSearch } from "./shapes.ts";

export interface Page {
  limit: number;
  offset: number;
}

const RUNS_OF_JOB = 10;

/** Jobs or datasets in force, of one namespace or all, by name. */
function nodesOf({ view: { graph } }: Entities, kind: "job" | "dataset", namespace: string | null): Ref[] {
  const found: { ref: Ref; id: NodeId }[] = [];
  for (const ref of graph.index.nodes()) {
    const id = graph.id(ref);
    if (!id.startsWith(`${kind}:`) || (namespace !== null && nameOf(id)?.namespace !== namespace)) continue;
    if (graph.shownAs(ref) === ref && isKnown(graph, ref)) found.push({ ref, id });
  }
  return found.sort((one, other) => (one.id < other.id ? -1 : 1)).map(({ ref }) => ref);
}

/** Namespaces of everything known. */
export function namespaces(deps: LineageDeps): { namespaces: MarquezNamespace[] } {
  const entities = entitiesNow(deps);
  const { graph, declared } = entities.view;
  const seen = new Map<string, { first: string | null; last: string | null }>();
  for (const ref of graph.index.nodes()) {
    const named = nameOf(graph.id(ref));
    if (!named || named.kind === "report" || !isKnown(graph, ref)) continue;
    const { first, last } = entities.seen(ref);
    const known = seen.get(named.namespace) ?? { first, last };
    if (first && (!known.first || first < known.first)) known.first = first;
    if (last && (!known.last || last > known.last)) known.last = last;
    seen.set(named.namespace, known);
  }
  const titles = new Map(declared.estate.systems.map(({ namespace, title }) => [namespace, title]));
  return {
    namespaces: [...seen]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, { first, last }]) => {
        const description = titles.get(name) ?? null;
        return { name, createdAt: first, updatedAt: last, ownerName: "tieout", description, isHidden: false };
      }),
  };
}

export async function jobs(
  deps: LineageDeps,
  namespace: string | null,
  { limit, offset }: Page,
  lastRunStates: readonly string[] = [],
): Promise<{ totalCount: number; jobs: MarquezJob[] }> {
  const entities = entitiesNow(deps);
  const { graph } = entities.view;
  let all = nodesOf(entities, "job", namespace);
  if (lastRunStates.length > 0) {
    const runs = await entities.latestRuns(all.map(graph.id), 1);
    all = all.filter((ref) => lastRunStates.includes(runs.get(graph.id(ref))?.[0]?.state ?? ""));
  }
  const page = all.slice(offset, offset + limit);
  const runs = await entities.latestRuns(page.map(graph.id), RUNS_OF_JOB);
  return { totalCount: all.length, jobs: page.map((ref) => entities.job(ref, runs.get(graph.id(ref)))) };
}

/** @throws {Fault} `not-found` */
export async function job(deps: LineageDeps, name: { namespace: string; name: string }): Promise<MarquezJob> {
  const entities = entitiesNow(deps);
  const { ref, id } = refOf(entities, jobNode(name), "job");
  const runs = await entities.latestRuns([id], RUNS_OF_JOB);
  const told = entities.job(ref, runs.get(id));
  const raw = await lastEvent(deps, name, told.updatedAt);
  return { ...told, ...jobFacets(raw) };
}

export async function jobRuns(
  deps: LineageDeps,
  name: { namespace: string; name: string },
  page: Page,
): Promise<{ runs: MarquezRun[]; totalCount: number }> {
  refOf(entitiesNow(deps), jobNode(name), "job");
  const [folds, [count]] = await Promise.all([
    deps.clickhouse.ask(runPageOfJob, { ...name, ...page }),
    deps.clickhouse.ask(runCountOfJob, name),
  ]);
  return { runs: folds.map((fold) => marquezRun(runOf(fold, []))), totalCount: count?.runs ?? 0 };
}

export function datasets(
  deps: LineageDeps,
  namespace: string,
  { limit, offset }: Page,
): { totalCount: number; datasets: MarquezDataset[] } {
  const entities = entitiesNow(deps);
  const all = nodesOf(entities, "dataset", namespace);
  return { totalCount: all.length, datasets: all.slice(offset, offset + limit).map(entities.dataset) };
}

/** One dataset with the fields and facets of the event that showed it last. @throws {Fault} `not-found` */
export async function dataset(deps: LineageDeps, name: { namespace: string; name: string }): Promise<MarquezDataset> {
  const entities = entitiesNow(deps);
  const { ref } = refOf(entities, datasetNode(name), "dataset");
  const told = entities.dataset(ref);
  const { index, asOf, names } = entities.view.graph;
  let last: { job: string; at: number } | null = null;
  for (const own of names(ref)) {
    for (const step of [...index.into(own), ...index.outOf(own)]) {
      if (index.how(step) !== "io") continue;
      const at = index.lastSeen(step, asOf.effectiveAt, asOf.knownAt);
      const other = index.origin(step) === own ? index.destination(step) : index.origin(step);
      if (at > (last?.at ?? -Infinity)) last = { job: index.text(other), at };
    }
  }
  const writer = last && nameOf(last.job);
  const raw = last && writer ? await lastEvent(deps, writer, new Date(last.at).toISOString()) : null;
  return { ...told, ...datasetFacets(raw, name) };
}

/** Jobs and datasets whose name holds a text; `%` stands for any text and `_` for one sign, as in Marquez. */
export function search(
  deps: LineageDeps,
  asked: { q: string; filter?: "JOB" | "DATASET"; namespace?: string; sort: "NAME" | "UPDATE_AT"; limit: number },
): MarquezSearch {
  const entities = entitiesNow(deps);
  const { graph } = entities.view;
  const pattern = new RegExp(
    asked.q
      .split(/([%_])/)
      .map((part) => WILD[part] ?? escaped(part))
      .join(""),
    "is",
  );
  const results: MarquezSearch["results"] = [];
  for (const kind of ["dataset", "job"] as const) {
    const type = kind === "job" ? "JOB" : "DATASET";
    if (asked.filter && asked.filter !== type) continue;
    for (const ref of nodesOf(entities, kind, asked.namespace ?? null)) {
      const { namespace, name } = nameOf(graph.id(ref))!;
      if (pattern.test(name))
        results.push({ name, namespace, nodeId: graph.id(ref), type, updatedAt: entities.seen(ref).last });
    }
  }
  const byName = asked.sort === "NAME";
  results.sort((one, other) =>
    byName ? (one.name < other.name ? -1 : 1) : (other.updatedAt ?? "") < (one.updatedAt ?? "") ? -1 : 1,
  );
  return { totalCount: results.length, results: results.slice(0, asked.limit) };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

const WILD: Record<string, string> = { "%": ".*", _: "." };

/** What a name stands for in the graph. @throws {Fault} `not-found` */
export function refOf({ view: { graph } }: Entities, id: NodeId, what: string): { ref: Ref; id: NodeId } {
  const found = graph.index.find(id);
  if (found === null || !isKnown(graph, found)) throw new Fault("not-found", `There is no such ${what}.`, { node: id });
  const ref = graph.shownAs(found);
  return { ref, id: graph.id(ref) };
}

async function lastEvent(
  { clickhouse }: LineageDeps,
  { namespace, name }: { namespace: string; name: string },
  at: string | null,
): Promise<Record<string, unknown> | null> {
  if (at === null) return null;
  const [found] = await clickhouse.ask(eventOfJobAt, { namespace, name, at });
  return eventOf(found?.raw);
}
