import { VendorError, type Triggered, type TriggerInput } from "./collector.ts";
import { runIdOf } from "./run-id.ts";

const LOOKS = 5;
/** Milliseconds. */
const BETWEEN_LOOKS = 2000;

/** How one vendor starts one job, for those that take no idempotency key. Runs are named by the vendor's own key. */
export interface Start {
  /**
   * The run that stands for this request already: one that carries its mark, is under way, or began at or after `since`
   * (an instant of the engine's clock; null where the request tells none). Null where there is none.
   */
  original(since: string | null): Promise<string | null>;
  /** Starts a run, never repeated; null where the vendor does not say which, or that one is under way already. */
  start(): Promise<string | null>;
}

/** Without an idempotency key, as when a run is run again, only the vendor tells whether it is under way already. */
export type StartInput = Pick<TriggerInput, "job" | "requestedAt"> & { idempotencyKey?: string };

/**
 * Starts a job once for a request. The original is looked for first, so that neither a second asking nor a restart
 * between a start and its answer runs it twice; within one process requests of the same key share one start. With `wait`, a
 * run that shows only some moments after it was started is looked for several times.
 */
export function createStarter(
  namespace: string,
  clock: { now(): Date },
  wait?: (milliseconds: number) => Promise<unknown>,
): (input: StartInput, how: Start) => Promise<Triggered> {
  const once = oncePerKey();

  async function startOrAdopt({ job, requestedAt }: StartInput, how: Start) {
    const answer = (key: string, adopted: boolean): Triggered => ({
      vendorRunKey: key,
      runId: runIdOf(namespace, key),
      jobName: job,
      adopted,
    });
    const since = requestedAt ?? null;
    const original = await how.original(since);
    if (original !== null) return answer(original, true);
    const askedAt = clock.now().toISOString();
    const key = await how.start();
    if (key !== null) return answer(key, false);
    for (let look = 0; look < (wait ? LOOKS : 1); look++) {
      if (look > 0) await wait?.(BETWEEN_LOOKS);
      const begun = await how.original(since ?? askedAt);
      if (begun !== null) return answer(begun, false);
    }
    throw new VendorError("refused", `"${job}" was asked for, and the vendor neither refused nor shows a run of it.`);
  }

  return (input, how) => {
    const { idempotencyKey } = input;
    if (idempotencyKey === undefined) return startOrAdopt(input, how);
    return once(idempotencyKey, () => startOrAdopt(input, how));
  };
}

/** Requests of one key share one start within this process; the later ones are told that they adopted it. */
export function oncePerKey(): (key: string, start: () => Promise<Triggered>) => Promise<Triggered> {
  const started = new Map<string, Promise<Triggered>>();
  return (key, start) => {
    const before = started.get(key);
    if (before) return before.then((triggered) => ({ ...triggered, adopted: true }));
    const triggered = start();
    started.set(key, triggered);
    triggered.catch(() => started.delete(key));
    return triggered;
  };
}
