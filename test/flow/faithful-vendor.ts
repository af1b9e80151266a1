import type { TriggerInput } from "../../collectors/collector.ts";

/** A vendor that keeps to the contract: the same idempotency key never runs the job twice. */
export function faithfulVendor() {
  const started = new Map<string, string>();
  const calls: TriggerInput[] = [];
  let mood: () => Promise<void> = async () => {};
  return {
    calls,
    started,
    behave(next: () => Promise<void>) {
      mood = next;
    },
    async trigger(input: TriggerInput) {
      calls.push(input);
      const adopted = started.has(input.idempotencyKey);
      const vendorRunKey = started.get(input.idempotencyKey) ?? `T${started.size + 1}`;
      await mood();
      started.set(input.idempotencyKey, vendorRunKey);
      const runId = `${vendorRunKey.slice(1).padStart(8, "0")}-1111-4111-8111-111111111111`;
      return { vendorRunKey, runId, jobName: input.job, adopted };
    },
  };
}
