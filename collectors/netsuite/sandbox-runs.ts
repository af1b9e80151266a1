import type { SimRun, World } from "../sandbox.ts";
import type { Settings } from "./settings.ts";

/** Runs of scripts as the RESTlet lists them, oldest first. */
export function scriptRuns(world: World, system: string, settings: Settings) {
  const requests = new Map<string, string>();
  const row = (run: SimRun) => rowOf(world, run, settings, requests.get(run.key));
  return {
    /** What changed since or is not over, after a run of an earlier page. */
    page(since: number, after: string, limit: number) {
      const changed = world.runs(system).filter((run) => {
        const { phase } = world.phase(run);
        return phase !== "ended" || run.queuedAt >= since || run.endedAt >= since;
      });
      const begin = after ? changed.findIndex(({ key }) => key === after) + 1 : 0;
      return { items: changed.slice(begin, begin + limit).map(row), hasMore: changed.length > begin + limit };
    },
    one(key: string) {
      const run = world.run(system, key);
      return run ? [row(run)] : [];
    },
    /** Which request of a caller a run was submitted for. */
    remember: (key: string, request: string) => void requests.set(key, request),
  };
}

function rowOf(world: World, run: SimRun, { parameters: names }: Settings, request: string | undefined) {
  const { phase, progress } = world.phase(run);
  const over = phase === "ended";
  const delivered = over && (run.outcome === "complete" || run.outcome === "partial");
  return {
    taskId: run.key,
    title: run.job,
    scriptId: "customscript_gl_actuals",
    status: statusOf(run, phase),
    dateCreated: iso(run.queuedAt),
    ...(phase !== "queued" && { startDate: iso(run.startedAt) }),
    ...(over && { endDate: iso(run.endedAt) }),
    percentComplete: Math.round(progress * 100),
    mapReduceStage: phase === "running" ? "MAP" : null,
    parameters: {
      [names.period]: run.period,
      [names.batch]: run.correlationId,
      ...(run.snapshotAsOf !== null && { [names.snapshotAsOf]: iso(run.snapshotAsOf) }),
      ...(request && { [names.request]: request }),
    },
    ...(delivered && { rowsRead: run.rowsRead, rowsWritten: run.rowsWritten, rowsRejected: run.rowsRejected }),
    errors: over ? errorsOf(run) : [],
  };
}

function statusOf(run: SimRun, phase: string): string {
  if (phase === "queued") return "PENDING";
  if (phase !== "ended") return phase === "held" ? "DEFERRED" : "PROCESSING";
  if (run.outcome === "failed") return "FAILED";
  return run.outcome === "aborted" ? "CANCELLED" : "COMPLETE";
}

function errorsOf(run: SimRun): string[] {
  if (run.outcome === "failed" && run.error) return [run.error.message];
  return run.rejections.map(({ kind, dimension, member, count }) => {
    if (kind === "period-closed") return `${count} rows: The posting period ${run.period} is closed`;
    const reference = `${count} rows: Invalid ${dimension} reference key ${member}`;
    return kind === "unmapped-member" ? reference : `${reference} for subsidiary`;
  });
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
