import { setTimeout as sleep } from "node:timers/promises";
import { VendorError, type SystemOf, type Tools, type Triggered, type TriggerInput } from "../collector.ts";
import { createStarter } from "../start-once.ts";
import type { Client } from "./client.ts";
import { iso, isOpen } from "./map.ts";
import type { Settings } from "./settings.ts";

const DAY = 86_400_000;
/** A request has an execution after a moment; looked for so often, so far apart in milliseconds. */
const LOOKS = 5;
const BETWEEN = 1000;

/**
 * Starts, repeats and stops executions. Boomi takes no idempotency key, and an execution does not show what it was started
 * with, so one under way, or begun since it was asked for, is the original.
 */
export function createDrive(
  client: Client,
  { namespace, settings }: SystemOf<Settings>,
  { clock, wait = sleep }: Tools,
) {
  const startOnce = createStarter(namespace, clock);

  async function original(job: string, since: string | null, of?: string): Promise<string | null> {
    const dayAgo = new Date(clock.now().getTime() - DAY).toISOString();
    const all = await client.ofProcess(job, since !== null && since < dayAgo ? since : dayAgo);
    const records = all.filter(({ originalExecutionId }) => of === undefined || originalExecutionId === of);
    const begun = (executionTime: string) => since !== null && (iso(executionTime) ?? "") >= wholeSecond(since);
    return records.find((each) => isOpen(each, settings) || begun(each.executionTime))?.executionId ?? null;
  }
  async function executionOf(requestId: string): Promise<string | null> {
    for (let look = 0; look < LOOKS; look++) {
      const record = await client.requested(requestId);
      if (record) return record.executionId;
      await wait(BETWEEN);
    }
    return null;
  }

  return {
    async trigger(input: TriggerInput): Promise<Triggered> {
      const monthAgo = new Date(clock.now().getTime() - settings.retentionDays * DAY).toISOString();
      return startOnce(input, {
        original: (since) => original(input.job, since),
        async start() {
          const [last] = await client.ofProcess(input.job, monthAgo);
          if (!last?.processId || !last.atomId) {
            const message = `No execution of "${input.job}" is known, so nothing tells which process and runtime it is.`;
            throw new VendorError("refused", message);
          }
          const { processId, atomId } = last;
          const properties = Object.entries(settings.properties).flatMap(([parameter, property]) => {
            const value = input.parameters[parameter];
            return value === undefined ? [] : [[property, value] as const];
          });
          return executionOf(await client.execute({ processId, atomId }, Object.fromEntries(properties)));
        },
      });
    },
    async rerun(executionId: string, { fromFailure }: { fromFailure: boolean }): Promise<Triggered> {
      const record = await client.record(executionId);
      if (!record?.processName) throw new VendorError("not-found", `Boomi keeps no execution ${executionId}.`);
      const job = record.processName;
      return startOnce(
        { job },
        {
          original: (since) => original(job, since, executionId),
          start: async () => executionOf(await client.rerun(executionId, fromFailure ? "ERROR" : "ANY")),
        },
      );
    },
    async cancel(executionId: string): Promise<void> {
      if (!(await client.record(executionId)))
        throw new VendorError("not-found", `Boomi keeps no execution ${executionId}.`);
      await client.cancel(executionId);
    },
  };
}

/** Boomi's times have no milliseconds. */
function wholeSecond(instant: string): string {
  return `${instant.slice(0, 19)}.000Z`;
}
