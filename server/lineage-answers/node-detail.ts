import type { LineageNodeDetail } from "../../schemas/wire/lineage.ts";
import { freshnessRows } from "../checks/freshness-rows.ts";
import type { Actor } from "../context.ts";
import { runOf } from "../facts/run-fold.ts";
import { inScope } from "../people/in-scope.ts";
import { driftOf } from "../lineage/drift.ts";
import type { GraphAt } from "../lineage/graph-at.ts";
import { nameOf } from "../lineage/node-id.ts";
import type { Ref } from "../lineage/step-index.ts";
import { runsOfJobs } from "../store/clickhouse/lineage-runs.ts";
import type { GraphDeps, PeriodJudging } from "./graph-answer.ts";
import { jobsOf, nodeRows } from "./node-rows.ts";
import { instantOf, nodeNamed, viewAt, type AskedTimes } from "./view.ts";

const MOST_RUNS = 20;
const MOST_JOBS = 200;

/** One node: what it is, what it comes from and goes into, its runs and how it drifts. */
export async function nodeDetail(
  deps: GraphDeps,
  actor: Actor,
  judging: PeriodJudging,
  asked: AskedTimes & { node: string },
): Promise<LineageNodeDetail> {
  const view = viewAt(deps, asked);
  const { graph, declared } = view;
  const node = graph.shownAs(nodeNamed(view, asked.node));
  const beside = (direction: "upstream" | "downstream") => {
    const all = graph.names(node).flatMap((name) => [...graph.neighbours(name, direction)]);
    return [...new Set(all.map((each) => graph.id(graph.shownAs(each))))].sort();
  };
  const freshness = view.isNow
    ? freshnessRows({ ...judging, entities: actor.entities, collectors: deps.collectors() })
    : [];
  const upstream = beside("upstream");
  const id = graph.id(node);
  const hops = jobsOf(declared.edges);
  const jobs = (graph.isJob(node) ? [id] : upstream.filter((each) => each.startsWith("job:")))
    .filter((job) => hops.get(job)?.entities.some((entity) => inScope(actor, entity)) ?? true)
    .slice(0, MOST_JOBS);
  const names = jobs.flatMap((each) => nameOf(each) ?? []);
  const runs = await deps.clickhouse.ask(runsOfJobs, {
    namespaces: names.map(({ namespace }) => namespace),
    names: names.map(({ name }) => name),
    by: view.asOf.effectiveAt,
    limit: MOST_RUNS,
  });
  const drift = driftOf(declared.estate, graph.index, graph.asOf);
  return {
    ...{ asOf: view.asOf, node: nodeRows(view, freshness).row(node, 0), upstream, downstream: beside("downstream") },
    ...family(graph, node),
    ...seenBetween(graph, node),
    runs: runs.map((fold) => {
      const { runId, jobNamespace, jobName, state, startedAt, endedAt, lastEventAt } = runOf(fold, []);
      return { runId, jobNamespace, jobName, state, startedAt, endedAt, lastEventAt };
    }),
    drift: drift.filter(({ origin, destination }) => origin === id || destination === id).map(({ text }) => text),
  };
}

function family({ index, asOf, id }: GraphAt, node: Ref): { parents: string[]; children: string[] } {
  const told = (step: number) =>
    index.how(step) === "parent" && index.lastSeen(step, asOf.effectiveAt, asOf.knownAt) > -Infinity;
  return {
    parents: [...index.into(node)].filter(told).map((step) => id(index.origin(step))),
    children: [...index.outOf(node)].filter(told).map((step) => id(index.destination(step))),
  };
}

function seenBetween({ index, asOf, names }: GraphAt, node: Ref) {
  let [first, last] = [Infinity, -Infinity];
  for (const name of names(node)) {
    for (const step of [...index.outOf(name), ...index.into(name)]) {
      first = Math.min(first, index.firstSeen(step, asOf.effectiveAt, asOf.knownAt));
      last = Math.max(last, index.lastSeen(step, asOf.effectiveAt, asOf.knownAt));
    }
  }
  return { firstSeenAt: instantOf(first), lastSeenAt: instantOf(last) };
}
