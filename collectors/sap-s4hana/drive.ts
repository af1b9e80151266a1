import { createHash } from "node:crypto";
import { VendorError, type Triggered, type TriggerInput } from "../collector.ts";
import { jobPattern } from "../job-name.ts";
import { odataInstant } from "../odata.ts";
import { runIdOf } from "../run-id.ts";
import { createStarter } from "../start-once.ts";
import type { Client } from "./client.ts";
import type { Settings } from "./settings.ts";
import { hasEnded, jobNameIn } from "./map.ts";
import { runKeyOf } from "./vendor.ts";

export interface Drive {
  trigger(input: TriggerInput): Promise<Triggered>;
  rerun(vendorRunKey: string, how: { fromFailure: boolean }): Promise<Triggered>;
  /** Runs started here, key → job name, for the next pull to take over. */
  started: Map<string, string>;
}

/**
 * Starts jobs. SAP knows no idempotency key, so a mark made from it stands behind the job's text, by which a run is
 * found again when the answer to its start was lost. Where runs cannot be listed, the keys are remembered in memory.
 */
export function createDrive(
  client: Client,
  settings: Settings,
  system: { namespace: string; user: string },
  clock: { now(): Date },
): Drive {
  const startOnce = createStarter(system.namespace, clock);
  const started = new Map<string, string>();
  const keyOfRequest = new Map<string, string>();

  async function findEarlier(idempotencyKey: string, jobText: string): Promise<string | null> {
    const remembered = keyOfRequest.get(idempotencyKey);
    if (remembered || settings.discovery === "watchList") return remembered ?? null;
    const header = await client.headerByText(jobText);
    return header && runKeyOf(header);
  }

  /** The newest copy of a run that is not over yet; only where runs can be listed. */
  async function copyUnderWay(key: string, since: string | null): Promise<string | null> {
    if (settings.discovery === "watchList" || since === null) return null;
    const { rows } = await client.headers(since, clock.now().toISOString());
    const copies = rows.filter((row) => `${row.OrigJobName}/${row.OrigJobCount}` === key && !hasEnded(row.JobStatus));
    const newest = copies.at(-1);
    return newest ? runKeyOf(newest) : null;
  }

  return {
    started,
    async trigger({ job, parameters, idempotencyKey }) {
      const declared = settings.jobs.find((each) => jobPattern(each.name).entityIn(job) !== null);
      if (!declared?.template) {
        throw new VendorError("refused", `${job} has no job template in the settings and cannot be started.`);
      }
      const mark = createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 8);
      const jobText = `${job} #${mark}`;
      const earlier = await findEarlier(idempotencyKey, jobText);
      const entity = jobPattern(declared.name).entityIn(job) ?? "";
      const values = filledValues(declared.parameterValues, { ...parameters, entity });
      const key = earlier ?? (await client.schedule(declared.template, jobText, system.user, values));
      started.set(key, job);
      keyOfRequest.set(idempotencyKey, key);
      return { vendorRunKey: key, runId: runIdOf(system.namespace, key), jobName: job, adopted: earlier !== null };
    },
    async rerun(failedKey, { fromFailure }) {
      if (!fromFailure) {
        throw new VendorError(
          "refused",
          "SAP copies a job from the step that failed; to run all of it, start it anew.",
        );
      }
      const failed = await client.detail(failedKey);
      if (!failed) throw new VendorError("not-found", `SAP knows no job run ${failedKey} any more.`);
      const job = jobNameIn(failed.JobText);
      return startOnce(
        { job },
        {
          original: async () => copyUnderWay(failedKey, odataInstant(failed.JobPlannedStartDateTime)),
          async start() {
            const key = await client.restart(failedKey);
            started.set(key, job);
            return key;
          },
        },
      );
    },
  };
}

function filledValues(pattern: string, parameters: Record<string, string>): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new VendorError("refused", `The job needs a parameter "${name}".`);
    return value;
  });
}
