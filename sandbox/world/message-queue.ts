import type { Scripted } from "./fault-script.ts";
import type { FlowJob } from "./flow-jobs.ts";
import type { Play } from "./play.ts";
import type { RunShape } from "./run-shape.ts";
import type { TrackedRun } from "./tracked-run.ts";

const SECOND = 1000;
const STICKS_AFTER = 40 * SECOND;

/** The script's fault that holds a message back, if any; one sent past the queue is not held. */
export function stuckBy(play: Play, { run, job, direct }: TrackedRun): Scripted<"stuck-message"> | null {
  if (job.kind !== "message" || direct) return null;
  const same = ({ flow, entity }: { flow: string; entity: string }) => flow === job.flow && entity === job.entity;
  return play.script.inForce("stuck-message", run.queuedAt, same);
}

/** Lets a message wait: behind one that is stuck, or for a retry of its own. */
export function waitInQueue(play: Play, tracked: TrackedRun, shape: RunShape): void {
  const { run } = tracked;
  const stuck = stuckBy(play, tracked);
  if (stuck) {
    const from = run.startedAt + STICKS_AFTER;
    tracked.held = { from, until: stuck.until, by: stuck.fault.id };
    run.endedAt = stuck.until + shape.duration;
    play.script.show(stuck.fault.id, from);
  } else if (shape.retry) {
    const from = run.startedAt + shape.retry.after;
    tracked.held = { from, until: from + shape.retry.lasts, by: null };
    run.endedAt += shape.retry.lasts;
    play.agenda.add(tracked.held.until, `resume ${run.key}`, () => {
      if (!tracked.over) run.attempt += 1;
    });
  }
}

/** A message sent past the queue carries newer figures than all that wait there; they are cancelled. */
export function passQueue(play: Play, job: FlowJob, at: number): void {
  for (const { fault } of play.script.all("stuck-message")) {
    if (fault.flow !== job.flow || fault.entity !== job.entity || !play.script.showing(fault.id)) continue;
    play.script.lift(fault.id, at);
    for (const tracked of waitingFor(play, fault.id))
      endEarly(tracked, at, "A message sent past the queue replaced it");
  }
}

export function waitingFor(play: Play, fault: string): TrackedRun[] {
  return [...play.byKey.values()].filter((tracked) => tracked.held?.by === fault && !tracked.over);
}

/** Ends a run as aborted before its time. */
export function endEarly(tracked: TrackedRun, at: number, message: string): void {
  const { run, held } = tracked;
  tracked.over = true;
  if (held) held.until = Math.max(held.from, Math.min(held.until, at));
  run.startedAt = Math.min(run.startedAt, at);
  run.endedAt = at;
  run.outcome = "aborted";
  run.error = { code: "CANCELLED", message };
  run.rejections = [];
  run.rowsRead = run.rowsWritten = run.rowsRejected = 0;
}
