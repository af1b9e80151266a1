import type { Quota } from "../../schemas/estate/quota.ts";
import { Fault } from "../fault.ts";

export interface Quotas {
  /** Refuses a sender that has sent more than it may, before its body is read; takes nothing. */
  demand(sender: string): void;
  /** Takes events of a sender out of what it may send. Throws `too-many-requests` where nothing is left. */
  takeSent(sender: string, events: number): void;
  /** The same by producer, for events in hand; none of them is taken where one producer may send no more. */
  takeProduced(producers: readonly string[]): void;
}

/** Beyond this many senders the one heard of longest ago is forgotten, so that invented producers cost no memory. */
const MOST_SENDERS = 10_000;

interface Bucket {
  left: number;
  at: number;
}

/**
 * Counts what senders send against the estate's quotas. A request is let in while an event is left, whatever it holds, and
 * what it takes beyond that is waited off: so a batch larger than the quota gets in, and the average holds. Real time.
 */
export function createQuotas(quotas: readonly Quota[], now: () => number = () => performance.now()): Quotas {
  const buckets = new Map<string, Bucket>();
  const filled = (quota: Quota, sender: string): Bucket => {
    const key = `${quota.id}\n${sender}`;
    const most = Math.max(1, quota.eventsPerSecond * quota.burstSeconds);
    const at = now();
    const before = buckets.get(key);
    const left = before ? Math.min(most, before.left + ((at - before.at) / 1000) * quota.eventsPerSecond) : most;
    const bucket = { left, at };
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > MOST_SENDERS) buckets.delete(buckets.keys().next().value ?? "");
    return bucket;
  };
  const quotaOf = (of: Quota["of"], sender: string): Quota | undefined => {
    const fitting = quotas.filter((quota) => quota.of === of && fits(quota, sender));
    return fitting.toSorted((a, b) => (b.name ?? "").length - (a.name ?? "").length)[0];
  };
  const demanded = (of: Quota["of"], sender: string): Bucket | null => {
    const quota = quotaOf(of, sender);
    if (!quota) return null;
    const bucket = filled(quota, sender);
    if (bucket.left >= 1) return bucket;
    const retryAfterSeconds = Math.ceil((1 - bucket.left) / quota.eventsPerSecond);
    throw new Fault(
      "too-many-requests",
      `The ${of} “${sender}” may send ${quota.eventsPerSecond} events a second and has sent more. Nothing of this was kept; send it again later.`,
      { quota: quota.id, retryAfterSeconds },
    );
  };
  return {
    demand: (sender) => void (quotas.length > 0 && demanded("key", sender)),
    takeSent(sender, events) {
      const bucket = quotas.length > 0 ? demanded("key", sender) : null;
      if (bucket) bucket.left -= events;
    },
    takeProduced(producers) {
      if (!quotas.some(({ of }) => of === "producer")) return;
      const counts = Map.groupBy(producers, (producer) => producer);
      const taken = [...counts].map(([producer, events]) => [demanded("producer", producer), events.length] as const);
      for (const [bucket, events] of taken) if (bucket) bucket.left -= events;
    },
  };
}

function fits({ of, name }: Quota, sender: string): boolean {
  if (name === undefined) return true;
  return of === "key" ? sender === name : sender.startsWith(name);
}
