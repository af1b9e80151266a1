import { ON, type Stage } from "../letter.ts";
import { nextOf } from "../reading-hours.ts";

export const group: Stage = {
  name: "group",
  title: "S3 and S4 are gathered into one message at the digest's times.",
  judge(letter, desk) {
    const incident = desk.incidentOf(letter)!;
    if (!letter.digest || incident.severity === "S1" || incident.severity === "S2") return ON;
    const zone = desk.estate.estate.zone;
    const due = nextOf(letter.digest, zone, new Date(letter.madeAt));
    if (Date.parse(due) <= desk.now.getTime()) return ON;
    return { go: "wait", until: due, clock: "judged", because: "Gathered for the next digest." };
  },
};
