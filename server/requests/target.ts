import type { Estate } from "../../schemas/estate/estate.ts";
import type { Flow, Hop } from "../../schemas/estate/flow.ts";
import type { System } from "../../schemas/estate/system.ts";
import { Fault } from "../fault.ts";

/** What a request is about, as a person names it. */
export interface RequestTarget {
  flow: string;
  entity: string;
  period: string;
  dataset: string;
}

/** The same as the estate declares it: which job of which system is to be run. */
export interface Rerun {
  flow: Flow;
  hop: Hop;
  /** The hop's place in its flow. */
  index: number;
  system: System;
  job: string;
  parameters: Record<string, string>;
}

/** Looks a target up in the estate; a Fault that says which part of it leads nowhere. */
export function rerunOf(estate: Estate, target: RequestTarget): Rerun {
  const flow = estate.flows.find((candidate) => candidate.id === target.flow);
  if (!flow) throw new Fault("not-found", `The estate has no flow ${target.flow}.`, { pointer: "/flow" });
  const entity = estate.entities.find((candidate) => candidate.id === target.entity);
  if (!entity || (flow.entities !== "all" && !flow.entities.includes(entity.id))) {
    throw new Fault("not-found", `${flow.title} has no entity ${target.entity}.`, { pointer: "/entity" });
  }
  const index = flow.hops.findIndex((candidate) => candidate.dataset === target.dataset);
  const hop = flow.hops[index];
  if (!hop) throw new Fault("not-found", `${flow.title} has no hop ${target.dataset}.`, { pointer: "/dataset" });
  if (!hop.rerun) {
    throw new Fault("conflict", `${hop.title} offers no way to run its load again.`, { pointer: "/dataset" });
  }
  const dataset = estate.datasets.find((candidate) => candidate.id === hop.dataset);
  const system = estate.systems.find((candidate) => candidate.id === dataset?.system);
  if (!system) throw new Error(`The system of dataset ${hop.dataset} is missing from the estate.`);
  const filled = (text: string) => text.replaceAll("{entity}", target.entity).replaceAll("{period}", target.period);
  const parameters = Object.entries(hop.rerun.parameters).map(([key, value]) => [key, filled(value)]);
  return { flow, hop, index, system, job: filled(hop.rerun.job), parameters: Object.fromEntries(parameters) };
}
