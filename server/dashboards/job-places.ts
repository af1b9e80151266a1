import { jobPattern } from "../../collectors/job-name.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import { indexOf } from "../checks/estate-index.ts";

/** Where a job stands in the estate: its system, and the flow and entity where it is a hop of one. */
export interface JobPlace {
  system?: string;
  flow?: string;
  entity?: string;
}

/** Finds jobs in the estate by namespace and name; every answer is kept. A job of several flows counts for the first. */
export function jobPlacesOf(estate: Estate): (namespace: string, job: string) => JobPlace {
  const index = indexOf(estate);
  const systems = new Map(estate.systems.map(({ id, namespace }) => [namespace, id]));
  const hops = estate.flows.flatMap((flow) =>
    flow.hops.map((hop) => ({
      flow: flow.id,
      namespace: index.systemOf(hop.dataset).namespace,
      pattern: jobPattern(hop.job),
    })),
  );
  const known = new Map<string, JobPlace>();
  const find = (namespace: string, job: string): JobPlace => {
    const system = systems.get(namespace);
    for (const hop of hops) {
      const entity = hop.namespace === namespace ? hop.pattern.entityIn(job) : null;
      if (entity !== null) return { ...(system && { system }), flow: hop.flow, ...(entity && { entity }) };
    }
    return system ? { system } : {};
  };
  return (namespace, job) => {
    const key = `${namespace}\n${job}`;
    const place = known.get(key) ?? find(namespace, job);
    known.set(key, place);
    return place;
  };
}
