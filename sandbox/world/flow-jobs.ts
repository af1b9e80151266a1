import type { Part } from "../../collectors/sandbox.ts";
import { SANDBOXES } from "../../collectors/sandboxes.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { System } from "../../schemas/estate/system.ts";
import type { Scenario } from "../scenario.ts";

/** What a job does, told by the vendor's sandbox or else from the kind of system it runs in. */
export type JobKind = Part | "background";

export interface FlowJob {
  system: string;
  /** As the vendor names it, entity filled in. */
  job: string;
  flow: string;
  hop: number;
  /** Null where one run serves all entities. */
  entity: string | null;
  dataset: string;
  kind: JobKind;
}

const KINDS: Record<System["kind"], Part> = {
  ...{ erp: "extract", hr: "extract", crm: "extract", procurement: "extract", files: "extract" },
  ...{ middleware: "message", broker: "message" },
  ...{ planning: "load", warehouse: "load", bi: "refresh" },
};

/** The jobs of every flow for every entity, hop by hop, then those of the background, which belong to no flow. */
export function flowJobs(estate: Estate, scenario: Scenario): FlowJob[] {
  const systemOf = (dataset: string) => {
    const declared = estate.datasets.find(({ id }) => id === dataset)!;
    return estate.systems.find(({ id }) => id === declared.system)!;
  };
  const partOf = ({ collector, kind }: System) =>
    SANDBOXES.find((sandbox) => sandbox.collector === collector)?.plays ?? KINDS[kind];
  const ofFlows = estate.flows.flatMap((flow) => {
    const entities = flow.entities === "all" ? estate.entities.map(({ id }) => id) : flow.entities;
    return flow.hops.flatMap(({ dataset, job }, hop): FlowJob[] => {
      const system = systemOf(dataset);
      const named = { system: system.id, flow: flow.id, hop, dataset, kind: partOf(system) };
      if (!job.includes("{entity}")) return [{ ...named, job, entity: null }];
      return entities.map((entity) => ({ ...named, job: job.replaceAll("{entity}", entity), entity }));
    });
  });
  const background = scenario.background.map(({ system, job }): FlowJob => ({
    system,
    job,
    flow: "",
    hop: 0,
    entity: null,
    dataset: "",
    kind: "background",
  }));
  return [...ofFlows, ...background];
}
