import { VendorError, type TriggerInput, type Triggered } from "../collector.ts";
import { runIdOf } from "../run-id.ts";
import { oncePerKey } from "../start-once.ts";
import type { PowerbiClient } from "./client.ts";
import { endOf, timeOf } from "./map.ts";
import type { Model, PowerbiSettings } from "./settings.ts";
import type { Refresh } from "./vendor.ts";

/**
 * Starts and stops refreshes. Power BI takes no idempotency key and one refresh of a model at a time, so the original
 * is adopted: the one that runs, or the newest that began since `requestedAt`.
 */
export function createDrive(client: PowerbiClient, system: { namespace: string; settings: PowerbiSettings }) {
  const { namespace, settings } = system;
  const once = oncePerKey();

  const originalOf = async (model: Model, since: number): Promise<Refresh | undefined> =>
    (await client.refreshes(model)).find(
      (refresh) => endOf(refresh, null, settings) === null || (timeOf(refresh.startTime) ?? 0) >= since,
    );

  async function start({ job, requestedAt }: TriggerInput): Promise<Triggered> {
    const model = settings.models.find((candidate) => candidate.job === job);
    if (!model) throw new VendorError("refused", `No model of Power BI is refreshed by a job "${job}".`);
    const answer = (requestId: string, adopted: boolean): Triggered => ({
      vendorRunKey: requestId,
      runId: runIdOf(namespace, requestId),
      jobName: model.job,
      adopted,
    });
    const since = requestedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(requestedAt);
    const original = await originalOf(model, since);
    if (original) return answer(original.requestId, true);
    const requestId = await startOrNull(client, model);
    if (requestId) return answer(requestId, false);
    const underWay = await originalOf(model, since);
    if (!underWay) {
      throw new VendorError("refused", `Power BI neither started a refresh of "${model.name}" nor shows one.`);
    }
    return answer(underWay.requestId, true);
  }

  return {
    trigger: (input: TriggerInput): Promise<Triggered> => once(input.idempotencyKey, () => start(input)),
    async cancel(requestId: string): Promise<void> {
      for (const model of settings.models) {
        if ((await client.cancel(model, requestId)).status !== 404) return;
      }
      throw new VendorError("not-found", `Power BI has no refresh ${requestId} under way.`);
    },
  };
}

/** Null where the vendor starts one without telling its id, or says that one is running already. */
async function startOrNull(client: PowerbiClient, model: Model): Promise<string | null> {
  try {
    return await client.start(model);
  } catch (error) {
    const isConcurrent =
      error instanceof VendorError && (error.cause as { status?: number } | undefined)?.status === 400;
    if (isConcurrent) return null;
    throw error;
  }
}
