import { VendorError, type SystemOf, type Tools, type TriggerInput, type Triggered } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { filled } from "../job-name.ts";
import { hasEnded } from "../seen-run.ts";
import { createStarter } from "../start-once.ts";
import type { Client } from "./client.ts";
import { stateOf } from "./map.ts";
import type { Settings } from "./settings.ts";

const DAY = 86_400_000;

/**
 * Submits scripts. The request's key travels as a script parameter, so that the run it started is found again; a run of
 * the same deployment that is under way is adopted, because a deployment runs once at a time.
 */
export function createDrive(client: Client, { namespace, settings }: SystemOf<Settings>, { clock }: Tools) {
  const startOnce = createStarter(namespace, clock);
  const { entity, period, request } = settings.parameters;

  async function originalOf({ job, idempotencyKey }: TriggerInput, since: string | null): Promise<string | null> {
    const from = new Date(Date.parse(since ?? clock.now().toISOString()) - DAY).toISOString();
    let original: string | null = null;
    for await (const page of client.runs(from)) {
      for (const run of page) {
        const isOurs = run.parameters[request] === idempotencyKey;
        const underWay = run.title === job && !hasEnded(stateOf(run, settings));
        if (isOurs || underWay) original = run.taskId;
      }
    }
    return original;
  }

  return {
    async trigger(input: TriggerInput): Promise<Triggered> {
      const declared = jobNamed(settings.jobs, input.job);
      if (!declared?.job.submits) {
        throw new VendorError("refused", `No script of NetSuite is declared to be submitted as "${input.job}".`);
      }
      const { taskType, scriptId, deploymentId } = declared.job.submits;
      const task = {
        ...{ taskType, scriptId, deploymentId: filled(deploymentId, declared.entity.toLowerCase()) },
        parameters: {
          ...(declared.entity && { [entity]: declared.entity }),
          ...(input.parameters.period && { [period]: input.parameters.period }),
          [request]: input.idempotencyKey,
        },
      };
      return startOnce(input, {
        original: (since) => originalOf(input, since),
        start: () => client.submit(task),
      });
    },
  };
}
