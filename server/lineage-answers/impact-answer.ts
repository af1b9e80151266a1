import type { Milestone } from "../../schemas/estate/calendar.ts";
import type { LineageImpact } from "../../schemas/wire/lineage.ts";
import type { Actor } from "../context.ts";
import { impactOf } from "../lineage/impact.ts";
import { pictureOf } from "../lineage/picture.ts";
import { walk } from "../lineage/walk.ts";
import { inScope } from "../people/in-scope.ts";
import { signoffRows } from "../signoff/signoff-rows.ts";
import { completenessOf } from "./completeness.ts";
import type { GraphDeps, PeriodJudging } from "./graph-answer.ts";
import { jobsOf, nodeRows } from "./node-rows.ts";
import { nodeNamed, viewAt, type AskedTimes } from "./view.ts";

export interface AskedImpact extends AskedTimes {
  node: string;
  depth: number;
  mostNodes: number;
}

/** If this fails or is wrong: what is made of it, and the reports, deadlines and sign-offs that rest on it. */
export async function impactAnswer(
  { postgres, ...deps }: GraphDeps,
  actor: Actor,
  judging: PeriodJudging,
  asked: AskedImpact,
): Promise<LineageImpact> {
  const view = viewAt(deps, asked);
  const { graph, declared } = view;
  const start = graph.shownAs(nodeNamed(view, asked.node));
  const found = walk(graph, [start], "downstream", asked);
  const rows = nodeRows(view, []);
  const nodes = [...found.distances].map(([node, distance]) => rows.row(node, distance));
  const own = nodes[0]!;
  const dependants = nodes.slice(1).map(({ id, distance }) => ({ id, distance: distance! }));
  const { estate } = declared;
  const datasets = nodes.flatMap(({ dataset }) => dataset ?? []);
  const impact = impactOf(estate, datasets);
  const hop = jobsOf(declared.edges).get(own.id);
  const entities = (hop?.entities ?? estate.entities.map(({ id }) => id)).filter((id) => inScope(actor, id));
  const held = new Set(impact.milestones.map(({ id }) => id));
  const signed = Object.values(await signoffRows(postgres, judging.period, actor.entities));
  const picture = { edges: [], outsideWindow: 0, ended: pictureOf(graph, new Set([start]), null).ended };
  return {
    ...{ asOf: view.asOf, period: judging.period, node: own, entities, dependants },
    counts: {
      datasets: nodes.filter(({ kind }, at) => at > 0 && kind === "dataset").length,
      jobs: nodes.filter(({ kind }, at) => at > 0 && kind === "job").length,
      systems: new Set(nodes.slice(1).flatMap(({ system, namespace }) => system ?? namespace)).size,
    },
    datasets: nodes
      .slice(1)
      .flatMap(({ dataset, title, systemTitle }) => (dataset ? [{ id: dataset, title, systemTitle }] : [])),
    reports: impact.reports.map(({ id, title, owner }) => ({ id, title, owner })),
    deadlines: impact.milestones.flatMap((milestone) => deadlineOf(judging, milestone, entities) ?? []),
    signoffs: signed
      .filter(
        ({ milestone, entity, state }) => held.has(milestone) && entities.includes(entity) && state !== "withdrawn",
      )
      .map(({ id, entity, milestone, title, state }) => ({ id, entity, milestone, title, state })),
    completeness: completenessOf(view, { ...found, nodes, picture, depth: asked.depth, mostNodes: asked.mostNodes }),
  };
}

/** The entity whose deadline comes next, or came last where all have passed. */
function deadlineOf(
  { calendars, estate, period: key, now }: PeriodJudging,
  { id, title }: Milestone,
  entities: readonly string[],
): LineageImpact["deadlines"][number] | null {
  const period = calendars.period(key);
  const milestone = estate.close.milestones.find((each) => each.id === id);
  if (!period || !milestone || entities.length === 0) return null;
  const at = entities
    .map((entity) => ({ entity, deadline: calendars.milestoneDeadline(period, entity, milestone) }))
    .sort((one, other) => (one.deadline.at < other.deadline.at ? -1 : 1));
  const ahead = at.find(({ deadline }) => deadline.at >= now.toISOString());
  const { entity, deadline } = ahead ?? at.at(-1)!;
  return { milestone: id, title, entities: [...entities], deadline, entity, passed: !ahead };
}
