import { VendorError, type SystemOf, type Tools, type TriggerInput, type Triggered } from "../collector.ts";
import { allRows } from "../pages.ts";
import { createStarter } from "../start-once.ts";
import type { Client } from "./client.ts";
import { instant, isOver } from "./map.ts";
import type { Settings } from "./settings.ts";
import type { PipelineRun } from "./vendor.ts";

const DAY = 86_400_000;

/**
 * Starts, repeats and stops runs. Data Factory takes no idempotency key: a run carries the request in a parameter, where
 * its pipeline declares one; otherwise a run under way, or begun since it was asked for, is the original.
 */
export function createDrive(client: Client, { namespace, settings }: SystemOf<Settings>, { clock }: Tools) {
  const startOnce = createStarter(namespace, clock);

  const latest = async (pipeline: string): Promise<PipelineRun[]> => {
    const now = clock.now().getTime();
    const window = { after: new Date(now - DAY).toISOString(), before: new Date(now + DAY).toISOString(), pipeline };
    const runs = await allRows(client.runs(window));
    return runs.sort((one, other) => (startOf(one) < startOf(other) ? 1 : -1));
  };

  return {
    async trigger(input: TriggerInput): Promise<Triggered> {
      const { job, idempotencyKey } = input;
      const { request } = settings.parameters;
      const known = await client.pipelines();
      if (!known.includes(job)) throw new VendorError("refused", `The factory has no pipeline "${job}".`);
      return startOnce(input, {
        async original(since) {
          const runs = await latest(job);
          const marked = runs.find(({ parameters }) => parameters?.[request] === idempotencyKey);
          const other = runs.find((run) => !isOver(run, settings) || (since !== null && startOf(run) >= since));
          return (marked ?? other)?.runId ?? null;
        },
        start: async () => (await client.create(job, { ...input.parameters, [request]: idempotencyKey })).runId,
      });
    },
    async rerun(runId: string, { fromFailure }: { fromFailure: boolean }): Promise<Triggered> {
      const run = await client.run(runId);
      if (!run) throw new VendorError("not-found", `The factory keeps no run ${runId} any more.`);
      const { pipelineName } = run;
      const group = run.runGroupId ?? runId;
      return startOnce(
        { job: pipelineName },
        {
          async original() {
            const again = (each: PipelineRun) => each.runGroupId === group && !isOver(each, settings);
            return (await latest(pipelineName)).find(again)?.runId ?? null;
          },
          start: async () => (await client.create(pipelineName, {}, { runId, fromFailure })).runId,
        },
      );
    },
    async cancel(runId: string): Promise<void> {
      if (!(await client.run(runId))) throw new VendorError("not-found", `The factory keeps no run ${runId}.`);
      await client.cancel(runId);
    },
  };
}

function startOf(run: PipelineRun): string {
  return instant(run.runStart) ?? instant(run.lastUpdated) ?? "";
}
