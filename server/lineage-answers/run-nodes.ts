import type { LineageNode, LineageParent, LineageRun } from "../../schemas/wire/lineage.ts";
import type { Actor } from "../context.ts";
import { runOf } from "../facts/run-fold.ts";
import { datasetNode, jobNode, nameOf, type NodeId } from "../lineage/node-id.ts";
import type { Ref } from "../lineage/step-index.ts";
import { inScope } from "../people/in-scope.ts";
import { datasetsOfRuns, runsOfEachJob } from "../store/clickhouse/lineage-versions.ts";
import { instantOf, type LineageDeps, type LineageView } from "./view.ts";

/** Jobs whose runs are told, and runs told in all; the rest is left out, which the answer says. */
const MOST_JOBS = 500;
const MOST_RUNS = 2_000;

/** Evidence beside the graph: the newest runs of its jobs with what each read and wrote, so many for each job. */
export async function runNodes(
  { clickhouse }: Pick<LineageDeps, "clickhouse">,
  actor: Actor,
  view: LineageView,
  { nodes, each }: { nodes: readonly LineageNode[]; each: number },
): Promise<{ runs: LineageRun[]; cut: boolean }> {
  const visible = nodes.filter(
    ({ kind, entities }) =>
      kind === "job" && (entities.length === 0 || entities.some((entity) => inScope(actor, entity))),
  );
  const jobs = visible.slice(0, MOST_JOBS);
  if (each === 0 || jobs.length === 0) return { runs: [], cut: false };
  const folds = await clickhouse.ask(runsOfEachJob, {
    namespaces: jobs.map(({ namespace }) => namespace),
    names: jobs.map(({ name }) => name),
    ...{ by: view.asOf.effectiveAt, each },
  });
  const told = folds.slice(0, MOST_RUNS).map((fold) => runOf(fold, []));
  const io = await clickhouse.ask(datasetsOfRuns, {
    namespaces: told.map(({ jobNamespace }) => jobNamespace),
    names: told.map(({ jobName }) => jobName),
    runIds: told.map(({ runId }) => runId),
  });
  const shown = shownAs(view, nodes);
  const byRun = Map.groupBy(io, keyOf);
  const runs = told.map((run): LineageRun => {
    const { runId, state, startedAt, endedAt, lastEventAt, parentRunId } = run;
    const own = byRun.get(keyOf(run)) ?? [];
    const datasets = (wanted: "input" | "output") => [
      ...new Set(own.filter(({ direction }) => direction === wanted).flatMap((seen) => shown(datasetNode(seen)))),
    ];
    const job = jobNode({ namespace: run.jobNamespace, name: run.jobName });
    const about = { runId, job, state, startedAt, endedAt, lastEventAt, parentRunId };
    return { ...about, reads: datasets("input").toSorted(), writes: datasets("output").toSorted() };
  });
  return { runs, cut: visible.length > jobs.length || folds.length > told.length };
}

function keyOf({ jobNamespace, jobName, runId }: { jobNamespace: string; jobName: string; runId: string }): string {
  return [jobNamespace, jobName, runId].join("\n");
}

/** The node a dataset is drawn as; none where it is not. */
function shownAs({ graph }: LineageView, nodes: readonly LineageNode[]): (id: NodeId) => NodeId[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return (id) => {
    const ref = graph.index.find(id);
    const shown = ref === null ? id : graph.id(graph.shownAs(ref));
    return ids.has(shown) ? [shown] : [];
  };
}

/** Which of some jobs are part of which other, and of that one's own parents; the jobs are drawn or not. */
export function parentSteps({ graph }: LineageView, jobs: Iterable<Ref>): { steps: LineageParent[]; parents: Ref[] } {
  const { index, asOf, id } = graph;
  const steps: LineageParent[] = [];
  const waiting = [...jobs].filter((ref) => nameOf(id(ref))?.kind === "job");
  const seen = new Set(waiting);
  const parents: Ref[] = [];
  for (let job = waiting.pop(); job !== undefined; job = waiting.pop()) {
    for (const step of index.into(job)) {
      const lastSeen = index.lastSeen(step, asOf.effectiveAt, asOf.knownAt);
      if (index.how(step) !== "parent" || lastSeen === -Infinity) continue;
      const parent = index.origin(step);
      const firstSeenAt = instantOf(index.firstSeen(step, asOf.effectiveAt, asOf.knownAt));
      steps.push({ parent: id(parent), child: id(job), firstSeenAt: firstSeenAt!, lastSeenAt: instantOf(lastSeen)! });
      if (seen.has(parent)) continue;
      seen.add(parent);
      parents.push(parent);
      waiting.push(parent);
    }
  }
  return { steps, parents };
}
