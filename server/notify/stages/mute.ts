import { GROUP } from "../../close/calendars.ts";
import { closePhaseAt } from "../close-phase.ts";
import { ON, type Stage } from "../letter.ts";
import { mutedUntil } from "../muted-until.ts";
import { hoursBeginAt } from "../reading-hours.ts";
import { mismatch } from "../subject.ts";

export const mute: Stage = {
  name: "mute",
  title: "Within agreed windows and outside reading hours messages wait; S1 never does.",
  judge(letter, desk) {
    const incident = desk.incidentOf(letter)!;
    if (incident.severity === "S1") return ON;
    const { estate, calendars, now } = desk;
    const phase = closePhaseAt(calendars, now);
    for (const window of estate.mutes) {
      if (mismatch(window, incident, phase) !== null) continue;
      const until = mutedUntil(window, calendars, now);
      if (until !== null) return { go: "wait", until, clock: "judged", because: `Muted: ${window.reason}.` };
    }
    const hours = estate.hours.find(({ id }) => id === letter.hours);
    const begins = hours && hoursBeginAt(hours, calendars, incident.entities[0] ?? GROUP, now);
    if (begins) return { go: "wait", until: begins, clock: "judged", because: `Outside “${hours.title}”.` };
    return ON;
  },
};
