import { setTimeout as sleep } from "node:timers/promises";
import type { PreparedRow } from "./insert-rows.ts";

/** Brings into the tables what is durable in the journal, in groups as large as the engine likes them. */
export interface Storing {
  /** Takes rows to store; `stored` is called once they are in every table. */
  add(rows: readonly PreparedRow[], stored: () => void): void;
  /** Resolves once everything added so far is in the tables; nothing waits for company meanwhile. */
  caughtUp(): Promise<void>;
  /** Resolves while no more bytes wait than may. */
  room(): Promise<void>;
}

export interface StoringOptions {
  insert(rows: readonly PreparedRow[]): Promise<void>;
  /** Whether the store answers at all, so that a row it refuses is told from a store that is away. */
  answers(): Promise<boolean>;
  /** Keeps a row elsewhere that the store refuses alone. */
  refused(row: PreparedRow, error: unknown): Promise<void>;
  failed(error: unknown): void;
  /** Milliseconds before a store that did not take a group is tried again. */
  again: number;
  /** Milliseconds from the beginning of one group to the next, unless somebody waits for it or a group is full. */
  pace: number;
  maxRows: number;
  maxBytes: number;
  /** Bytes of lines that may wait before `room` holds its callers back. */
  maxWaiting: number;
}

interface Added {
  rows: readonly PreparedRow[];
  bytes: number;
  stored: () => void;
}

export function createStoring(options: StoringOptions): Storing {
  const waiting: Added[] = [];
  let waitingBytes = 0;
  let waitingRows = 0;
  let working: Promise<void> | null = null;
  let began = 0;
  let hurry: AbortController | null = null;
  let hurried = 0;
  const callers = new Set<() => void>();

  /** While somebody waits for this, nothing else is waited for. */
  const hurrying = async (what: Promise<void>) => {
    hurried += 1;
    hurry?.abort();
    await what;
    hurried -= 1;
  };
  const isFull = () => waitingRows >= options.maxRows || waitingBytes >= options.maxBytes;
  const pause = async () => {
    const left = began + options.pace - performance.now();
    if (left <= 0 || hurried > 0 || isFull()) return;
    hurry = new AbortController();
    await sleep(left, undefined, { signal: hurry.signal }).catch(() => {});
    hurry = null;
  };
  const storeAll = async (rows: readonly PreparedRow[]): Promise<void> => {
    try {
      return await options.insert(rows);
    } catch (error) {
      const [only] = rows;
      const answers = await options.answers();
      if (answers && rows.length > 1) {
        const half = Math.ceil(rows.length / 2);
        await storeAll(rows.slice(0, half));
        return storeAll(rows.slice(half));
      }
      if (answers && only && (await keptElsewhere(options, only, error))) return;
      options.failed(error);
      await sleep(options.again);
      return storeAll(rows);
    }
  };
  const work = async () => {
    while (waiting.length > 0) {
      await pause();
      began = performance.now();
      const group = waiting.splice(0, groupSize(waiting, options));
      waitingRows -= group.reduce((sum, { rows }) => sum + rows.length, 0);
      await storeAll(group.flatMap(({ rows }) => rows));
      for (const { bytes, stored } of group) {
        waitingBytes -= bytes;
        stored();
      }
      for (const caller of callers) caller();
    }
    working = null;
  };
  return {
    add(rows, stored) {
      const bytes = rows.reduce((sum, { line }) => sum + line.length, 0);
      waiting.push({ rows, bytes, stored });
      waitingBytes += bytes;
      waitingRows += rows.length;
      if (isFull()) hurry?.abort();
      working ??= work();
    },
    async caughtUp() {
      if (!working) return;
      const last = waiting.at(-1);
      await hurrying(
        last ? new Promise<void>((done) => void (last.stored = then(last.stored, done))) : nextGroup(callers),
      );
    },
    async room() {
      while (waitingBytes > options.maxWaiting) await hurrying(nextGroup(callers));
    },
  };
}

/** A store that takes the row neither here nor there is in trouble itself, and is waited for. */
function keptElsewhere({ refused }: StoringOptions, row: PreparedRow, error: unknown): Promise<boolean> {
  return refused(row, error).then(
    () => true,
    () => false,
  );
}

function then(first: () => void, next: () => void): () => void {
  return () => {
    first();
    next();
  };
}

function nextGroup(callers: Set<() => void>): Promise<void> {
  return new Promise((done) => {
    const caller = () => {
      callers.delete(caller);
      done();
    };
    callers.add(caller);
  });
}

/** How many additions fit into one insert; always at least one. */
function groupSize(waiting: readonly Added[], { maxRows, maxBytes }: StoringOptions): number {
  let rows = 0;
  let bytes = 0;
  for (const [index, added] of waiting.entries()) {
    rows += added.rows.length;
    bytes += added.bytes;
    if (index > 0 && (rows > maxRows || bytes > maxBytes)) return index;
  }
  return waiting.length;
}
