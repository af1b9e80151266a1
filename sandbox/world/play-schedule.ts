import type { Play } from "./play.ts";
import { releaseQueue } from "./release-queue.ts";
import { beginRun } from "./run-course.ts";
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
    const last = addDays(new Date(until).toISOString().slice(0, 10), 1);
    while (planned < last) {
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
  beginRun(play, job, { at, trigger: "schedule", attempt: 1, batch: null, period, direct: false, startedBy: null });
}

function scriptTurns({ agenda, script, ...rest }: Play): void {
  for (const { fault, from, until } of script.all("api")) {
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
