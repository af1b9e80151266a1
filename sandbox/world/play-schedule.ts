import type { FlowJob } from "./flow-jobs.ts";
import type { Play } from "./play.ts";
import { releaseQueue } from "./release-queue.ts";
import { attemptsOf, beginRun } from "./run-course.ts";
import type { Slot } from "./timetable.ts";
import { addDays } from "./work-days.ts";

/** Puts the script's turns on the agenda and answers a function that plays scheduled starts and all they bring about. */
export function playSchedule(play: Play): (until: number) => void {
  const { agenda, scenario } = play;
  const from = Date.parse(scenario.from);
  let planned = addDays(scenario.from.slice(0, 10), -1);
  scriptTurns(play);

  return (until) => {
    // A local date begins up to 14 hours before the same date in UTC: the next day is planned before this one is played.
    while (Date.parse(planned) <= until) {
      planned = addDays(planned, 1);
      for (const slot of play.timetable.slots(planned)) {
        if (slot.at < from) continue;
        agenda.add(slot.at, `start ${slot.job.system} ${slot.job.job}`, () => startOnTime(play, slot));
      }
    }
    agenda.playThrough(until);
  };
}

function startOnTime(play: Play, { job, at, period }: Slot): void {
  const skipped = play.script.inForce(
    "not-scheduled",
    at,
    ({ flow, entity }) => flow === job.flow && entity === job.entity,
  );
  if (skipped) return play.script.show(skipped.fault.id, at);
  const how = { at, trigger: "schedule" as const, period, direct: false, startedBy: null };
  beginRun(play, job, { ...how, attempt: 1, batch: null, ...sentAgain(play, job, at, period) });
}

/** What the last run of a job sent, where the script has it sent again. */
function sentAgain(play: Play, job: FlowJob, at: number, period: string) {
  const resent = play.script.inForce("resent", at, ({ flow, entity }) => flow === job.flow && entity === job.entity);
  const before = play.byJob.get(job)!.findLast(({ batch, over }) => over && batch?.period === period)?.batch;
  return resent && before ? { batch: before, attempt: attemptsOf(play, job, before) + 1, resent: resent.fault.id } : {};
}

function scriptTurns({ agenda, script, ...rest }: Play): void {
  for (const { fault, from, until } of [...script.all("api"), ...script.all("altered-figures")]) {
    agenda.add(from, `show ${fault.id}`, () => script.show(fault.id, from));
    agenda.add(until, `clear ${fault.id}`, () => script.clear(fault.id, until));
  }
  for (const { fault, from } of script.all("late-posting")) {
    agenda.add(from, `show ${fault.id}`, () => script.show(fault.id, from));
  }
  for (const { fault, until } of script.all("stuck-message")) {
    agenda.add(until, `release ${fault.id}`, () => {
      if (script.showing(fault.id)) releaseQueue({ agenda, script, ...rest }, fault.id, until);
    });
  }
}
