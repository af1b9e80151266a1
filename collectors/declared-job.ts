import * as z from "zod";
import { jobPattern } from "./job-name.ts";

/** A job of the estate as every system that runs declared jobs is told of it; vendors add how they know it. */
export const DeclaredJob = z.strictObject({
  /** As the vendor names its runs; `{entity}` stands for the entity's id. */
  name: z.string().min(1),
  /** The dataset it fills, in this system's namespace. */
  dataset: z.string().min(1),
  inputs: z.array(z.strictObject({ namespace: z.string(), name: z.string() })).default([]),
  /**
   * Up to when what it delivers is complete, where the run itself names no snapshot: an extract reads the books when
   * it begins; of a load that is not known.
   */
  completeThrough: z.enum(["start", "unknown"]).default("unknown"),
});
export type DeclaredJob = z.infer<typeof DeclaredJob>;

/** The declared job a name belongs to, with the entity in the name; undefined for a job nobody declared. */
export function jobNamed<J extends DeclaredJob>(
  jobs: readonly J[],
  name: string,
): { job: J; entity: string } | undefined {
  for (const job of jobs) {
    const entity = jobPattern(job.name).entityIn(name);
    if (entity !== null) return { job, entity };
  }
  return undefined;
}
