import type { Entity, Estate } from "../../schemas/estate/estate.ts";
import type { Dataset, Flow, Mapping, Reconciliation } from "../../schemas/estate/flow.ts";
import type { RateSet } from "../../schemas/estate/rate-set.ts";
import type { System } from "../../schemas/estate/system.ts";
import type { DatasetName } from "../../schemas/facts.ts";

/** The estate by id. The loader has checked that every reference leads somewhere, so a missing id is a defect. */
export interface EstateIndex {
  entity(id: string): Entity;
  dataset(id: string): Dataset;
  systemOf(dataset: string): System;
  flow(id: string): Flow;
  reconciliation(id: string): Reconciliation;
  mapping(id: string): Mapping;
  rateSet(id: string): RateSet;
  rateSets: readonly RateSet[];
  groupCurrency: string;
  /** A dataset's OpenLineage namespace and name. */
  name(dataset: string): DatasetName;
  /** The dataset of an OpenLineage name; null for one the estate does not declare. */
  datasetNamed(name: DatasetName): Dataset | null;
  /** Flows that serve an entity, in the estate's order. */
  flowsOf(entity: string): readonly Flow[];
  reconciliationsOf(flow: string): readonly Reconciliation[];
}

const made = new WeakMap<Estate, EstateIndex>();

export function indexOf(estate: Estate): EstateIndex {
  const known = made.get(estate) ?? createIndex(estate);
  made.set(estate, known);
  return known;
}

export function serves(flow: Flow, entity: string): boolean {
  return flow.entities === "all" || flow.entities.includes(entity);
}

function createIndex(estate: Estate): EstateIndex {
  const entity = finder("entity", estate.entities);
  const dataset = finder("dataset", estate.datasets);
  const system = finder("system", estate.systems);
  const flow = finder("flow", estate.flows);
  const reconciliation = finder("reconciliation", estate.reconciliations);
  const systemOf = (id: string) => system(dataset(id).system);
  const names = new Map(
    estate.datasets.map((each) => [each.id, { namespace: system(each.system).namespace, name: each.name }]),
  );
  const byName = new Map(estate.datasets.map((each) => [keyOf(names.get(each.id)!), each]));
  const flowsOf = new Map(
    estate.entities.map(({ id }) => [id, estate.flows.filter((candidate) => serves(candidate, id))]),
  );
  const reconciliationsOf = Map.groupBy(estate.reconciliations, (each) => each.flow);
  return {
    entity,
    dataset,
    systemOf,
    flow,
    reconciliation,
    mapping: finder("mapping", estate.mappings),
    rateSet: finder("rate set", estate.rates),
    rateSets: estate.rates,
    groupCurrency: estate.estate.currency,
    name: (id) => names.get(id) ?? { namespace: systemOf(id).namespace, name: dataset(id).name },
    datasetNamed: (name) => byName.get(keyOf(name)) ?? null,
    flowsOf: (id) => flowsOf.get(id) ?? [],
    reconciliationsOf: (id) => reconciliationsOf.get(id) ?? [],
  };
}

function keyOf(name: DatasetName): string {
  return `${name.namespace}\n${name.name}`;
}

function finder<T extends { id: string }>(what: string, list: readonly T[]): (id: string) => T {
  const byId = new Map(list.map((each) => [each.id, each]));
  return (id) => {
    const found = byId.get(id);
    if (!found) throw new RangeError(`no ${what} ${id} in the estate`);
    return found;
  };
}
