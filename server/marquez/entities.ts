import { runOf } from "../facts/run-fold.ts";
import { nameOf, type NodeId } from "../lineage/node-id.ts";
import type { Ref } from "../lineage/step-index.ts";
import { nodeRows } from "../lineage-answers/node-rows.ts";
import { instantOf, viewAt, type LineageDeps, type LineageView } from "../lineage-answers/view.ts";
import { latestRunsOfJobs } from "../store/clickhouse/lineage-runs.ts";
import type { MarquezDataset, MarquezJob, MarquezRun } from "./shapes.ts";

/** Jobs and datasets of the graph as it is now, in Marquez's shape. */
export interface Entities {
  view: LineageView;
  job(node: Ref, runs?: readonly MarquezRun[]): MarquezJob;
  dataset(node: Ref): MarquezDataset;
  /** The newest runs of some jobs, by node id. */
  latestRuns(jobs: readonly NodeId[], each: number): Promise<Map<NodeId, MarquezRun[]>>;
  seen(node: Ref): { first: string | null; last: string | null };
}

type Deps = Pick<LineageDeps, "clickhouse" | "lineage" | "clock" | "estate">;

export function entitiesNow(deps: Deps): Entities {
  const view = viewAt(deps, {});
  const { graph } = view;
  const rows = nodeRows(view, []);
  const beside = (node: Ref, direction: "upstream" | "downstream") => {
    const all = graph.names(node).flatMap((name) => [...graph.neighbours(name, direction)]);
    return [...new Set(all.map(graph.shownAs))].flatMap((each) => namedAs(graph.id(each)));
  };
  const described = (node: Ref) => {
    const { namespace, name, title, systemTitle } = rows.row(node, null);
    const { first, last } = seenBetween(view, node);
    const description = title === name ? null : title;
    return {
      head: { id: { namespace, name }, name, namespace, createdAt: first, updatedAt: last, description },
      systemTitle,
    };
  };
  return {
    view,
    seen: (node) => seenBetween(view, node),
    job(node, runs = []) {
      const { head } = described(node);
      const parent = parentOf(view, node);
      return {
        ...head,
        ...{ type: "BATCH", simpleName: head.name.split(".").at(-1)!, parentJobName: parent, location: null },
        ...{ inputs: beside(node, "upstream"), outputs: beside(node, "downstream"), tags: [], facets: {} },
        ...{ latestRun: runs[0] ?? null, latestRuns: [...runs] },
      };
    },
    dataset(node) {
      const { head, systemTitle } = described(node);
      const dropped = graph.droppedAt(node) !== null;
      return {
        ...head,
        ...{ type: "DB_TABLE", physicalName: head.name, sourceName: systemTitle, fields: [], tags: [] },
        ...{ lastModifiedAt: head.updatedAt, lastLifecycleState: dropped ? "DROP" : null, facets: {} },
        ...{ deleted: dropped, columnLineage: null },
      };
    },
    async latestRuns(jobs, each) {
      const names = jobs.flatMap((id) => nameOf(id) ?? []);
      const folds = await deps.clickhouse.ask(latestRunsOfJobs, {
        namespaces: names.map(({ namespace }) => namespace),
        names: names.map(({ name }) => name),
        each,
      });
      const byName = Map.groupBy(folds, ({ jobNamespace, jobName }) => `${jobNamespace}\n${jobName}`);
      return new Map(
        jobs.map((id) => {
          const { namespace, name } = nameOf(id)!;
          return [id, (byName.get(`${namespace}\n${name}`) ?? []).map((fold) => marquezRun(runOf(fold, [])))];
        }),
      );
    },
  };
}

/** A run in Marquez's shape. */
export function marquezRun(
  run: Pick<ReturnType<typeof runOf>, "runId" | "state" | "startedAt" | "endedAt" | "lastEventAt">,
  facets: Record<string, unknown> = {},
): MarquezRun {
  const { runId, state, startedAt, endedAt, lastEventAt } = run;
  return {
    ...{ id: runId, createdAt: startedAt ?? lastEventAt, updatedAt: lastEventAt, state, startedAt, endedAt, facets },
    ...{ nominalStartTime: null, nominalEndTime: null, args: {}, jobVersion: null },
    durationMs: startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : null,
  };
}

/** A dataset's or job's own name; reports are unknown to Marquez. */
function namedAs(id: NodeId): { namespace: string; name: string }[] {
  const named = nameOf(id);
  return named && named.kind !== "report" ? [{ namespace: named.namespace, name: named.name }] : [];
}

function seenBetween({ graph }: LineageView, node: Ref) {
  const { index, asOf } = graph;
  let [first, last] = [Infinity, -Infinity];
  for (const name of graph.names(node)) {
    for (const steps of [index.outOf(name), index.into(name)]) {
      for (const step of steps) {
        first = Math.min(first, index.firstSeen(step, asOf.effectiveAt, asOf.knownAt));
        last = Math.max(last, index.lastSeen(step, asOf.effectiveAt, asOf.knownAt));
      }
    }
  }
  return { first: instantOf(first), last: instantOf(last) };
}

function parentOf({ graph: { index, asOf, id } }: LineageView, node: Ref): string | null {
  for (const step of index.into(node)) {
    const told = index.how(step) === "parent" && index.lastSeen(step, asOf.effectiveAt, asOf.knownAt) > -Infinity;
    if (told) return nameOf(id(index.origin(step)))?.name ?? null;
  }
  return null;
}
