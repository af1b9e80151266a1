import { VendorError, type TriggerInput, type Triggered } from "../collector.ts";
import { runIdOf } from "../run-id.ts";
import { oncePerKey } from "../start-once.ts";
import type { AnaplanClient } from "./client.ts";
import { isOver } from "./map.ts";
import type { Process, Processes } from "./processes.ts";
import type { TaskHead } from "./vendor.ts";

/**
 * Starts and stops processes. Anaplan takes no idempotency key, so the original is adopted: a task of the process
 * that is under way, or was created since `requestedAt`, is the one asked for.
 */
export function createDrive(client: AnaplanClient, processes: Processes, namespace: string) {
  const once = oncePerKey();

  async function start({ job, requestedAt }: TriggerInput): Promise<Triggered> {
    const process = (await processes.list()).find(({ name }) => name === job);
    if (!process) throw new VendorError("refused", `Anaplan shows no process "${job}" among those declared.`);
    const since = requestedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(requestedAt);
    const isOriginal = (task: TaskHead) => !isOver(task) || task.creationTime >= since;
    const answer = (taskId: string, adopted: boolean): Triggered => ({
      vendorRunKey: taskId,
      runId: runIdOf(namespace, taskId),
      jobName: process.name,
      adopted,
    });
    const [original] = await client.tasks(process.id, isOriginal);
    if (original) return answer(original.taskId, true);
    try {
      return answer(await client.start(process.id), false);
    } catch (error) {
      if (!isConflict(error)) throw error;
      const [underWay] = await client.tasks(process.id, isOriginal);
      if (!underWay) throw error;
      return answer(underWay.taskId, true);
    }
  }

  async function processOf(taskId: string): Promise<Process | null> {
    for (const process of await processes.list()) {
      const tasks = await client.tasks(process.id, (task) => !isOver(task));
      if (tasks.some((task) => task.taskId === taskId)) return process;
    }
    return null;
  }

  return {
    trigger: (input: TriggerInput): Promise<Triggered> => once(input.idempotencyKey, () => start(input)),
    async cancel(taskId: string): Promise<void> {
      const process = await processOf(taskId);
      if (!process) throw new VendorError("not-found", `Anaplan has no task ${taskId} under way.`);
      await client.cancel(process.id, taskId);
    },
  };
}

function isConflict(error: unknown): boolean {
  return error instanceof VendorError && (error.cause as { status?: number } | undefined)?.status === 409;
}
