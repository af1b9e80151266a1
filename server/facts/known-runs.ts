import type { Run } from "../../schemas/run.ts";
import { mergeRun, runOf, type RunFold, type RunOutput } from "./run-fold.ts";

/** Identifies a run: its job as well, because run ids are reused across jobs in the wild. */
export interface RunName {
  jobNamespace: string;
  jobName: string;
  runId: string;
}

interface Entry {
  fold: RunFold;
  outputs: Map<string, RunOutput>;
  /** Made anew when first asked for after a change. */
  run: Run | null;
}

export interface KnownRuns {
  /** Adds what is known of a run; answers whether that was news. */
  add(fold: RunFold, outputs: readonly RunOutput[]): boolean;
  get(name: RunName): Run | null;
  /** The run of this id that was heard of last, whatever its job. */
  byId(runId: string): Run | null;
  into(output: RunOutput): Run[];
}

const keyOf = ({ jobNamespace, jobName, runId }: RunName) => `${jobNamespace}\n${jobName}\n${runId}`;
const outputKey = ({ namespace, name, entity, period }: RunOutput) => `${namespace}\n${name}\n${entity}\n${period}`;

/** Runs heard of last, at most `most`; the others are in the tables. */
export function createKnownRuns(most: number): KnownRuns {
  const entries = new Map<string, Entry>();
  const idsOf = new Map<string, Set<string>>();
  const writers = new Map<string, Set<string>>();
  /** Runs into a target in order, kept until one of them changes: boards ask for the same ones many times in between. */
  const ordered = new Map<string, Run[]>();
  /** Events up to here may be of runs let go, and would make them look younger than they are. */
  let horizon = "";

  const letGo = (key: string, entry: Entry) => {
    entries.delete(key);
    drop(idsOf, entry.fold.runId, key);
    for (const output of entry.outputs.keys()) {
      drop(writers, output, key);
      ordered.delete(output);
    }
    if (entry.fold.lastEventAt > horizon) horizon = entry.fold.lastEventAt;
  };
  const makeRoom = () => {
    if (entries.size <= most * 1.25) return;
    const oldestFirst = [...entries].sort(([, one], [, other]) =>
      one.fold.lastEventAt < other.fold.lastEventAt ? -1 : 1,
    );
    for (const [key, entry] of oldestFirst.slice(0, entries.size - most)) letGo(key, entry);
  };
  const runAt = (key: string): Run | null => {
    const entry = entries.get(key);
    if (!entry) return null;
    return (entry.run ??= runOf(entry.fold, [...entry.outputs.values()]));
  };
  const runsAt = (keys: Iterable<string> | undefined) => [...(keys ?? [])].flatMap((key) => runAt(key) ?? []);

  return {
    add(fold, outputs) {
      const key = keyOf(fold);
      let entry = entries.get(key);
      let changed = false;
      if (entry) changed = mergeRun(entry.fold, fold);
      else {
        if (fold.lastEventAt <= horizon) return false;
        entry = { fold: { ...fold }, outputs: new Map(), run: null };
        entries.set(key, entry);
        put(idsOf, fold.runId, key);
        changed = true;
        makeRoom();
      }
      for (const output of outputs) {
        const target = outputKey(output);
        if (entry.outputs.has(target)) continue;
        entry.outputs.set(target, output);
        put(writers, target, key);
        changed = true;
      }
      if (changed) {
        entry.run = null;
        for (const target of entry.outputs.keys()) ordered.delete(target);
      }
      return changed;
    },
    get: (name) => runAt(keyOf(name)),
    byId: (runId) => runsAt(idsOf.get(runId)).sort(heardOfLast)[0] ?? null,
    into(output) {
      const target = outputKey(output);
      const known = ordered.get(target) ?? runsAt(writers.get(target)).sort(newestFirst);
      if (known.length > 0) ordered.set(target, known);
      return [...known];
    },
  };
}

/** The job settles what was heard of in one instant. */
function heardOfLast(one: Run, other: Run): number {
  if (one.lastEventAt !== other.lastEventAt) return one.lastEventAt < other.lastEventAt ? 1 : -1;
  return `${one.jobNamespace}\n${one.jobName}` < `${other.jobNamespace}\n${other.jobName}` ? -1 : 1;
}

function newestFirst(one: Run, other: Run): number {
  const [a, b] = [one.startedAt ?? one.lastEventAt, other.startedAt ?? other.lastEventAt];
  if (a !== b) return a < b ? 1 : -1;
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

function put(index: Map<string, Set<string>>, at: string, key: string): void {
  const set = index.get(at);
  if (set) set.add(key);
  else index.set(at, new Set([key]));
}

function drop(index: Map<string, Set<string>>, at: string, key: string): void {
  const set = index.get(at);
  set?.delete(key);
  if (set?.size === 0) index.delete(at);
}
