import { closePhaseAt } from "../close-phase.ts";
import { ON, type Stage } from "../letter.ts";
import { hides } from "../silencing.ts";

export const silence: Stage = {
  name: "silence",
  title: "What somebody silenced waits until the silence ends.",
  judge(letter, desk) {
    const incident = desk.incidentOf(letter)!;
    const phase = closePhaseAt(desk.calendars, desk.now);
    const open = desk.silences.filter((each) => hides(each, incident, phase, desk.now));
    const last = open.toSorted((a, b) => (a.expiresAt < b.expiresAt ? 1 : -1))[0];
    if (!last) return ON;
    return {
      ...{ go: "wait", until: last.expiresAt, clock: "judged" },
      because: `Silenced by ${last.createdBy.name}: ${last.reason}`,
    };
  },
};
