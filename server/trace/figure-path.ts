import type { Estate } from "../../schemas/estate/estate.ts";
import type { Dataset, Flow } from "../../schemas/estate/flow.ts";
import { indexOf } from "../checks/estate-index.ts";
import type { Actor } from "../context.ts";
import { Fault } from "../fault.ts";
import { inPeriods } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";

export interface FigureAsked {
  report?: string | undefined;
  dataset?: string | undefined;
  entity: string;
  period: string;
  version?: string | undefined;
  account?: string | undefined;
  knownAt: string | null;
  raw: boolean;
}

/** Where a figure stands and the declared way to it, from its source. */
export interface FigurePath {
  report: string | null;
  dataset: Dataset;
  flow: Flow;
  version: string;
  datasets: Dataset[];
  notes: string[];
}

/** Finds the cell asked for in the estate. A Fault where it is not declared or not for the actor to see. */
export function figurePath(estate: Estate, actor: Actor, asked: FigureAsked): FigurePath {
  const index = indexOf(estate);
  if (
    !inPeriods(actor, asked.period) ||
    !inScope(actor, asked.entity) ||
    !estate.entities.some(({ id }) => id === asked.entity)
  )
    throw new Fault("not-found", `There is no entity ${asked.entity} for you to see.`);
  const report = asked.report === undefined ? null : estate.reports.find(({ id }) => id === asked.report);
  if (report === undefined) throw new Fault("not-found", `There is no report ${asked.report}.`);
  const id = asked.dataset ?? report?.datasets[0];
  const dataset = estate.datasets.find((each) => each.id === id);
  if (!dataset) {
    const why = id === undefined ? "Name a report or a dataset." : `There is no dataset ${id}.`;
    throw new Fault(id === undefined ? "invalid-input" : "not-found", why, { pointer: "/dataset" });
  }
  if (report && !report.datasets.includes(dataset.id))
    throw new Fault("invalid-input", `${report.title} does not rest on ${dataset.title}.`, { pointer: "/dataset" });
  const through = index.flowsOf(asked.entity).filter((flow) => flow.hops.some((hop) => hop.dataset === dataset.id));
  const flow = through[0];
  if (!flow)
    throw new Fault(
      "not-found",
      `No flow of ${asked.entity} leads to ${dataset.title}, so that nothing is known of its way.`,
    );
  const at = flow.hops.findIndex((hop) => hop.dataset === dataset.id);
  const ids = [...(flow.source ? [flow.source] : []), ...flow.hops.slice(0, at + 1).map((hop) => hop.dataset)];
  return {
    report: report?.id ?? null,
    dataset,
    flow,
    version: asked.version ?? flow.version,
    datasets: ids.map((each) => index.dataset(each)),
    notes: notesOf(estate, { dataset, through, flow, report: report?.id ?? null, others: report?.datasets ?? [] }),
  };
}

interface Noted {
  dataset: Dataset;
  through: readonly Flow[];
  flow: Flow;
  report: string | null;
  others: readonly string[];
}

function notesOf(estate: Estate, { dataset, through, flow, report, others }: Noted): string[] {
  const also = estate.reports.filter(({ id, datasets }) => id !== report && datasets.includes(dataset.id));
  const rest = others.filter((id) => id !== dataset.id);
  return [
    ...(through.length > 1 ? [`${through.length} flows lead here; this is the way of ${flow.title}.`] : []),
    ...(rest.length > 0 ? [`The report rests on ${rest.length} more: ${rest.join(", ")}.`] : []),
    ...also.map(({ title }) => `${title} shows the same figure.`),
  ];
}
