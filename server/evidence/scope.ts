import type { Estate } from "../../schemas/estate/estate.ts";
import type { EvidenceScope } from "../../schemas/wire/evidence.ts";
import { calendarsOf } from "../close/calendars.ts";
import type { Actor, Context } from "../context.ts";
import { Fault } from "../fault.ts";
import { datasetNode } from "../lineage/node-id.ts";
import { inPeriods } from "../people/in-periods.ts";
import { inScope } from "../people/in-scope.ts";

export type EvidenceAsked = Omit<EvidenceScope, "asOf"> & { asOf: string | null };

/** What was asked for as a scope of this estate, narrowed to the entities the actor may see. */
export function scopeOf(ctx: Pick<Context, "estate" | "clock">, actor: Actor, asked: EvidenceAsked): EvidenceScope {
  const { estate, clock } = ctx;
  const now = clock.now().toISOString();
  if (asked.period === null && asked.entities === null && asked.flow === null && asked.dataset === null) {
    throw new Fault("invalid-input", "Name a period, entities, a flow or a dataset: a pack is about something.");
  }
  if (asked.period !== null && !calendarsOf(estate).period(asked.period)) {
    throw new Fault("invalid-input", `${estate.estate.title} has no period ${asked.period}.`, { pointer: "/period" });
  }
  if (!inPeriods(actor, asked.period))
    throw new Fault("not-permitted", `Name one of the periods in your scope: ${actor.periods?.join(", ")}.`, {
      pointer: "/period",
    });
  known(estate.flows, asked.flow, "flow");
  known(estate.datasets, asked.dataset, "dataset");
  for (const entity of asked.entities ?? []) {
    known(estate.entities, entity, "entity");
    if (!inScope(actor, entity)) throw new Fault("not-permitted", `${entity} is not among the entities in your scope.`);
  }
  if (asked.asOf !== null && asked.asOf > now)
    throw new Fault("invalid-input", "asOf lies in the future.", { pointer: "/asOf" });
  const entities = asked.entities ?? (actor.entities === "all" ? null : [...actor.entities]);
  return { ...asked, entities, asOf: asked.asOf ?? now };
}

function known(list: readonly { id: string }[], id: string | null, what: string): void {
  if (id === null || list.some((each) => each.id === id)) return;
  throw new Fault("invalid-input", `There is no ${what} ${id}.`, { pointer: `/${what}` });
}

/** A pack's name for people. */
export function titleOf(estate: Estate, { period, entities, flow, dataset, account }: EvidenceScope): string {
  const of = (list: readonly { id: string; title?: string; name?: string }[], id: string) => {
    const found = list.find((each) => each.id === id);
    return found?.title ?? found?.name ?? id;
  };
  const about = [
    dataset && [of(estate.datasets, dataset), account && `account ${account}`].filter(Boolean).join(", "),
    flow && of(estate.flows, flow),
    entities ? (entities.length > 3 ? `${entities.length} entities` : entities.join(", ")) : estate.estate.title,
    period,
  ];
  return about.filter(Boolean).join(" · ");
}

/** What the scope means to the questions of either engine. */
export function boundsOf(estate: Estate, scope: EvidenceScope) {
  const { period, entities, account, asOf } = scope;
  const flows = flowsOf(estate, scope);
  const datasets = flows === null ? [] : flowDatasets(estate, flows, scope.dataset);
  const rules = flows && flowRules(estate, flows);
  return {
    postgres: { period, entities, flow: scope.flow, rules, account, asOf },
    clickhouse: {
      ...{ period: period ?? "", entities: entities ?? [], account: account ?? "", asOf, rules: rules ?? [] },
      datasets: datasets.map(({ namespace, name }) => `${namespace}\n${name}`),
      nodes: datasets.map(datasetNode),
    },
  };
}

/** The datasets flows travel by, and another one where it is named. */
export function flowDatasets(estate: Estate, flows: Estate["flows"], also: string | null = null) {
  const named = new Set(flows.flatMap((flow) => [...hopsOf(flow), ...(flow.source ? [flow.source] : [])]));
  return estate.datasets
    .filter(({ id }) => named.has(id) || id === also)
    .map(({ name, system }) => ({ namespace: estate.systems.find(({ id }) => id === system)?.namespace ?? "", name }));
}

/** The reconciliations of flows. */
export function flowRules(estate: Estate, flows: Estate["flows"]): string[] {
  return estate.reconciliations.filter(({ flow }) => flows.some(({ id }) => id === flow)).map(({ id }) => id);
}

/** The flows a pack is about: the one named, or those the figure travels by; null for all. */
function flowsOf(estate: Estate, { flow, dataset }: EvidenceScope): Estate["flows"] | null {
  if (flow !== null) return estate.flows.filter(({ id }) => id === flow);
  if (dataset === null) return null;
  return estate.flows.filter((each) => each.source === dataset || hopsOf(each).includes(dataset));
}

function hopsOf(flow: Estate["flows"][number]): string[] {
  return flow.hops.map((hop) => hop.dataset);
}
