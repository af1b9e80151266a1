import { WorldRefusal } from "../../collectors/sandbox.ts";
import type { FlowJob } from "./flow-jobs.ts";
import { contentsKey, hopFrom, reachedPeriods, type Play } from "./play.ts";
import { attemptsOf, beginRun } from "./run-course.ts";
import { phaseOf, type Batch, type TrackedRun } from "./tracked-run.ts";

/**
 * Starts a job as its vendor's API would: an extract takes a new snapshot whose batch runs on through the later hops; a
 * message and a load carry the newest batch delivered to them once more, under the same correlation ID.
 * Throws `WorldRefusal` where the vendor would refuse.
 */
export function startJob(
  play: Play,
  system: string,
  name: string,
  parameters: Record<string, string>,
  at: number,
): TrackedRun {
  const job = play.jobs.find((candidate) => candidate.system === system && candidate.job === name);
  if (!job) throw new WorldRefusal("no-such-job", `There is no job "${name}".`);
  refuseTwice(play, job, at);
  const period = parameters.period ?? play.timetable.periodOn(job.entity, play.days.dateAt(job.entity, at));
  if (!reachedPeriods(play, at).includes(period)) {
    throw new WorldRefusal("no-such-job", `"${name}" knows no period "${period}".`);
  }
  const batch = job.entity === null || job.hop === 0 ? null : newestDelivered(play, job, job.entity, period);
  const attempt = batch ? attemptsOf(play, job, batch) + 1 : 1;
  return beginRun(play, job, { at, trigger: "api", attempt, batch, period, direct: true, startedBy: null });
}

/** A message waiting in its queue does not keep another from being sent. */
function refuseTwice(play: Play, job: FlowJob, at: number): void {
  const running = play.byJob.get(job)!.find((tracked) => {
    const { phase } = phaseOf(tracked, at);
    return phase !== "ended" && !(job.kind === "message" && phase === "held");
  });
  if (running) throw new WorldRefusal("already-running", `"${job.job}" is running already (${running.run.key}).`);
}

function newestDelivered(play: Play, job: FlowJob, entity: string, period: string): Batch {
  const before = hopFrom(play, job, -1)!;
  const delivered = play.contents.get(contentsKey(before.dataset, entity, period));
  if (!delivered) {
    throw new WorldRefusal("no-such-job", `Nothing has been delivered to "${job.job}" for ${period} yet.`);
  }
  return delivered.batch;
}
