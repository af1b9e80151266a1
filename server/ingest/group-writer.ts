import { setTimeout as sleep } from "node:timers/promises";

export interface GroupWriter<T> {
  /** Resolves once the items are durable, rejects when they could not be made so. */
  write(items: readonly T[]): Promise<void>;
  /** Resolves once nothing is waiting. */
  idle(): Promise<void>;
}

export interface GroupWriterOptions<T> {
  bytesOf(item: T): number;
  /** Makes a group durable, all or none. */
  insert(group: readonly T[]): Promise<void>;
  /** Told of each group in the order it became durable, before its senders are. */
  durable(group: readonly T[]): void;
  /** Whether the store answers at all, so that one bad row is told from a store that is away. */
  answers(): Promise<boolean>;
  maxRows: number;
  maxBytes: number;
  /** Milliseconds from one group's end to the next one's beginning, in which more may join it; the first never waits. */
  rest?: number;
}

interface Sending<T> {
  items: readonly T[];
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * Group commit: what arrives while an insert is under way shares the next one. When a group
 * fails though the store answers, its senders are tried one by one, so that one sender's row cannot fail another's.
 */
export function createGroupWriter<T>(options: GroupWriterOptions<T>): GroupWriter<T> {
  const waiting: Sending<T>[] = [];
  let working: Promise<void> | null = null;

  const insert = async (items: readonly T[]) => {
    await options.insert(items);
    options.durable(items);
  };
  const flush = async (group: Sending<T>[]) => {
    try {
      await insert(group.flatMap((sending) => sending.items));
      for (const sending of group) sending.done();
    } catch (error) {
      if (group.length === 1 || !(await options.answers())) {
        for (const sending of group) sending.failed(error);
        return;
      }
      for (const sending of group) await insert(sending.items).then(sending.done, sending.failed);
    }
  };
  const work = async () => {
    while (waiting.length > 0) {
      await flush(waiting.splice(0, groupSize(waiting, options)));
      if (options.rest) await sleep(options.rest);
    }
    working = null;
  };
  return {
    write(items) {
      if (items.length === 0) return Promise.resolve();
      return new Promise((done, failed) => {
        waiting.push({ items, done, failed });
        // Begun in a later turn, so that requests read in the same one share the first insert too.
        working ??= Promise.resolve().then(work);
      });
    },
    async idle() {
      await working;
    },
  };
}

/** How many senders fit into one insert; always at least one. */
function groupSize<T>(waiting: readonly Sending<T>[], options: GroupWriterOptions<T>): number {
  let rows = 0;
  let bytes = 0;
  for (const [index, { items }] of waiting.entries()) {
    rows += items.length;
    for (const item of items) bytes += options.bytesOf(item);
    if (index > 0 && (rows > options.maxRows || bytes > options.maxBytes)) return index;
  }
  return waiting.length;
}
