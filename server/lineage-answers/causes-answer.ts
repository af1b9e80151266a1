import type { FreshnessRow } from "../../schemas/wire/freshness.ts";
import type { LineageCauses } from "../../schemas/wire/lineage.ts";
import { freshnessRows } from "../checks/freshness-rows.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor } from "../context.ts";
import { datasetNodes } from "../lineage/declared.ts";
import { pathsBetween } from "../lineage/paths.ts";
import { walk } from "../lineage/walk.ts";
import type { GraphDeps, PeriodJudging } from "./graph-answer.ts";
import { nodeRows } from "./node-rows.ts";
import { nodeNamed, viewAt, type LineageView } from "./view.ts";

const BEHIND: readonly FreshnessRow["state"][] = ["missing", "stale", "due"];
const FAR = { depth: 100, mostNodes: 20_000 };

/** Why a report or dataset is not as fresh as it should be, now: the hops furthest upstream that hold newer data back. */
export function causesAnswer(deps: GraphDeps, actor: Actor, judging: PeriodJudging, node: string): LineageCauses {
  const view = viewAt(deps, {});
  const { graph } = view;
  const start = graph.shownAs(nodeNamed(view, node));
  const freshness = freshnessRows({ ...judging, entities: actor.entities, collectors: deps.collectors() });
  const rows = nodeRows(view, freshness);
  const upstream = [...walk(graph, [start], "upstream", FAR).distances].map(([each, far]) => rows.row(each, -far));
  const datasets = new Set(upstream.flatMap(({ dataset }) => dataset ?? []));
  const judged = freshness.filter(({ dataset }) => datasets.has(dataset));
  const behind = judged.filter(({ state }) => BEHIND.includes(state));
  const roots = Map.groupBy(behind, (row) => row.inherits?.dataset ?? row.dataset);
  const flowDatasets = new Set(freshness.map(({ dataset }) => dataset));
  return {
    ...{ asOf: view.asOf, period: judging.period, node: rows.row(start, 0) },
    state:
      behind.length > 0
        ? "stale"
        : judged.some(({ state }) => state === "unknown") || judged.length === 0
          ? "unknown"
          : "fresh",
    causes: [...roots].map(([dataset, held]) => causeOf(deps, judging, view, { dataset, held, freshness, start })),
    unjudged: upstream.filter(({ kind, dataset }) => kind === "dataset" && !(dataset && flowDatasets.has(dataset)))
      .length,
  };
}

interface Held {
  dataset: string;
  /** Rows that are behind because of it. */
  held: readonly FreshnessRow[];
  freshness: readonly FreshnessRow[];
  start: number;
}

function causeOf(
  { facts }: GraphDeps,
  { period }: PeriodJudging,
  { graph, declared }: LineageView,
  { dataset, held, freshness, start }: Held,
): LineageCauses["causes"][number] {
  const index = indexOf(declared.estate);
  const entities = [...new Set(held.map(({ entity }) => entity))];
  const own = freshness.filter((row) => row.dataset === dataset && entities.includes(row.entity));
  const state = BEHIND.find((each) => own.some((row) => row.state === each)) ?? own[0]?.state ?? "unknown";
  const since = held.flatMap((row) => row.inherits?.sinceAt ?? row.overdueSince ?? []).sort()[0] ?? null;
  const runs = entities.flatMap((entity) => facts.runsInto(index.name(dataset), entity, period).slice(0, 1));
  const run = runs.find((each) => each.state === "FAILED" || each.state === "ABORTED") ?? runs[0] ?? null;
  const id = datasetNodes(declared.estate).get(dataset)!;
  const from = graph.index.find(id);
  const path = from === null ? [] : (pathsBetween(graph, from, start, { depth: 40, limit: 1 }).paths[0] ?? []);
  const { title } = index.dataset(dataset);
  const systemTitle = index.systemOf(dataset).title;
  return {
    ...{ id, dataset, title, systemTitle, state, entities, sinceAt: since },
    because: becauseOf(title, systemTitle, run, own.find(({ because }) => because)?.because ?? null),
    run: run && { runId: run.runId, jobName: run.jobName, state: run.state, error: run.error },
    path: path.map(graph.id),
  };
}

function becauseOf(
  title: string,
  system: string,
  run: { state: string; jobName: string } | null,
  blind: string | null,
): string {
  if (blind) return blind;
  if (!run) return `No load into ${title} (${system}) has started.`;
  if (run.state === "FAILED" || run.state === "ABORTED") return `${run.jobName} did not finish in ${system}.`;
  if (run.state === "RUNNING") return `${run.jobName} is under way in ${system}.`;
  return `${run.jobName} ended in ${system}, and newer data has not followed.`;
}
