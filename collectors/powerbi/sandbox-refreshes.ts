import type { SimRun, World } from "../sandbox.ts";

const RETENTION = 7 * 86_400_000;

/** A model's refreshes as the history shows them: newest first, at most 60, seven days. */
export function historyOf(world: World, system: string, job: string, top: number) {
  const oldest = world.now() - RETENTION;
  return world
    .runs(system)
    .filter((run) => run.job === job && run.queuedAt >= oldest)
    .slice(-Math.min(top, 60))
    .reverse()
    .map((run) => refreshEntry(world, run));
}

function refreshEntry(world: World, run: SimRun) {
  const { phase } = world.phase(run);
  const startTime = iso(run.queuedAt);
  const entry = {
    requestId: run.key,
    refreshType: run.trigger === "schedule" ? "Scheduled" : "ViaEnhancedApi",
    startTime,
  };
  if (phase === "queued") return { ...entry, status: "NotStarted" };
  const attempt = { attemptId: 1, type: "Data", startTime: iso(run.startedAt) };
  if (phase !== "ended") return { ...entry, status: "Unknown", refreshAttempts: [attempt] };
  const endTime = iso(run.endedAt);
  const ended = { ...entry, endTime, refreshAttempts: [{ ...attempt, endTime }] };
  if (run.outcome === "failed") {
    const { code = "ModelRefreshFailed", message } = run.error ?? {};
    return {
      ...ended,
      status: "Failed",
      serviceExceptionJson: JSON.stringify({ errorCode: code, errorDescription: message }),
    };
  }
  // The history has no word for a cancelled refresh; only the detail has.
  return { ...ended, status: run.outcome === "aborted" ? "Unknown" : "Completed" };
}

/** The detail of an enhanced refresh. */
export function refreshDetail(world: World, run: SimRun) {
  const { phase } = world.phase(run);
  const ended = { complete: "Completed", partial: "Completed", failed: "Failed", aborted: "Cancelled", held: "Failed" };
  const extendedStatus = { queued: "NotStarted", running: "InProgress", held: "InProgress", ended: ended[run.outcome] }[
    phase
  ];
  const failed = phase === "ended" && run.outcome === "failed" && run.error;
  return {
    startTime: iso(run.queuedAt),
    ...(phase === "ended" && { endTime: iso(run.endedAt) }),
    type: "Full",
    commitMode: "Transactional",
    status: ["Completed", "Failed"].includes(extendedStatus) ? extendedStatus : "Unknown",
    extendedStatus,
    currentRefreshType: "Full",
    numberOfAttempts: 1,
    objects: [{ table: "FactGL", partition: "FactGL", status: extendedStatus }],
    messages: failed ? [{ code: failed.code, message: failed.message, type: "Error" }] : [],
    refreshAttempts: [],
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
