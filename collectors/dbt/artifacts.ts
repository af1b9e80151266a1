import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import type { Connected, Pull, SystemOf, Tools } from "../collector.ts";
import { byTime } from "../run-window.ts";
import { createArtifacts } from "./client.ts";
import { invocationEvents } from "./map.ts";
import type { Settings } from "./settings.ts";

/** The invocation last told, by job. */
export type ArtifactsCursor = Record<string, string>;

/** dbt Core read by the artifacts it leaves: each job's newest invocation, told once. One it overwrote before is not known. */
export function readArtifacts(system: SystemOf<Settings>, tools: Tools): Connected<ArtifactsCursor> {
  const { namespace, settings } = system;
  const read = settings.read as Extract<Settings["read"], { from: "artifacts" }>;
  const artifacts = createArtifacts(system, tools);
  return {
    async check() {
      const found = await Promise.all(read.jobs.map((job) => artifacts.results(read.path, job)));
      const missing = read.jobs.filter((_, index) => !found[index]);
      return {
        sees: [`artifacts of ${read.jobs.length - missing.length} of ${read.jobs.length} jobs`],
        warnings: missing.map((job) => `${job} has left no run_results.json`),
      };
    },
    async pull(cursor): Promise<Pull<ArtifactsCursor>> {
      const told: ArtifactsCursor = { ...cursor };
      const events: RunEvent[] = [];
      for (const job of read.jobs) {
        const results = await artifacts.results(read.path, job);
        const invocation = results?.metadata.invocation_id;
        if (!results || !invocation || told[job] === invocation) continue;
        told[job] = invocation;
        events.push(...invocationEvents(job, results, { namespace, settings }));
      }
      return { events: events.sort(byTime), cursor: told, more: false, openRuns: 0 };
    },
  };
}
