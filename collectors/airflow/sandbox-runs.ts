import type { SimRun, World } from "../sandbox.ts";
import type { Settings } from "./settings.ts";

export type DagRuns = ReturnType<typeof dagRuns>;

/** The world's runs as DAG runs. A run that was cleared keeps its id, whatever the world calls its new attempt. */
export function dagRuns(world: World, system: string, { conf: names }: Settings) {
  /** DAG run → the world's runs that stand for it, the latest last; and the other way round. */
  const attempts = new Map<string, string[]>();
  const shownAs = new Map<string, string>();
  const notes = new Map<string, string>();
  const latest = (key: string): SimRun | null => world.run(system, attempts.get(key)?.at(-1) ?? key);

  function row(key: string) {
    const run = latest(key);
    if (!run || (shownAs.get(run.key) ?? run.key) !== key) return null;
    const { phase } = world.phase(run);
    const [dag_id = "", ...id] = key.split("/");
    return {
      dag_id,
      dag_run_id: id.join("/"),
      run_type: run.trigger === "schedule" ? "scheduled" : "manual",
      state: stateOf(run, phase),
      run_after: iso(run.queuedAt),
      logical_date: run.trigger === "schedule" ? iso(run.queuedAt) : null,
      queued_at: iso(run.queuedAt),
      start_date: phase === "queued" ? null : iso(run.startedAt),
      end_date: phase === "ended" ? iso(run.endedAt) : null,
      conf: confOf(run),
      note: run.outcome === "aborted" ? (notes.get(key) ?? "Cancelled by Tieout") : null,
    };
  }

  function confOf(run: SimRun): Record<string, string> {
    const conf = { [names.period]: run.period, ...(run.entity && { [names.entity]: run.entity }) };
    if (run.correlationId) conf[names.batch] = run.correlationId;
    if (run.snapshotAsOf !== null) conf[names.snapshotAsOf] = iso(run.snapshotAsOf);
    return conf;
  }

  return {
    row,
    /** Runs that changed in a span, the latest change first. */
    changed(from: number, to: number) {
      const changed = world.runs(system, from).filter((run) => changedAt(world, run) <= to);
      const keys = new Set(changed.map(({ key }) => shownAs.get(key) ?? key));
      const rows = [...keys].flatMap((key) => row(key) ?? []);
      return rows.sort((one, other) => (latestOf(one) > latestOf(other) ? -1 : 1));
    },
    failedTasks: (key: string) =>
      row(key)?.state === "failed" ? [{ task_id: "load", state: "failed", try_number: 2 }] : [],
    log: (key: string) =>
      `INFO - Task started\nERROR - ${latest(key)?.error?.message ?? ""}\nINFO - Marking task as FAILED`,
    /** Shows a run of the world under an id; a second one takes the first one's place. */
    name(runKey: string, key: string) {
      attempts.set(key, [...(attempts.get(key) ?? [key]), runKey]);
      shownAs.set(runKey, key);
    },
    note: (key: string, text: string) => void notes.set(key, text),
    cancel: (key: string) => world.cancel(system, latest(key)?.key ?? ""),
  };
}

function stateOf(run: SimRun, phase: string): string {
  if (phase !== "ended") return phase === "queued" ? "queued" : "running";
  return run.outcome === "failed" || run.outcome === "aborted" ? "failed" : "success";
}

function changedAt(world: World, run: SimRun): number {
  const { phase } = world.phase(run);
  return phase === "queued" ? run.queuedAt : phase === "ended" ? run.endedAt : run.startedAt;
}

function latestOf(row: { queued_at: string; start_date: string | null; end_date: string | null }): string {
  return row.end_date ?? row.start_date ?? row.queued_at;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
