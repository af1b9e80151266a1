import type { Severity } from "../../../schemas/estate/route.ts";
import { ON, type Stage } from "../letter.ts";

/** How long an incident must have stood before anybody is told, in seconds; most that pass by themselves do so sooner. */
const SECONDS: Record<Severity, number> = { S1: 0, S2: 0, S3: 120, S4: 120 };
/** One that comes and goes is looked at longer. */
const FLAPPING_SECONDS = 900;

export const settle: Stage = {
  name: "settle",
  title: "What passes by itself within moments is told to nobody.",
  judge(letter, desk) {
    const incident = desk.incidentOf(letter);
    if (!incident || incident.state === "resolved") return ON;
    const worst = incident.severity === "S1";
    const seconds = worst ? 0 : Math.max(SECONDS[incident.severity], incident.flapping ? FLAPPING_SECONDS : 0);
    const until = Date.parse(letter.madeAt) + seconds * 1000;
    if (until <= desk.now.getTime()) return ON;
    const because = incident.flapping ? "It comes and goes; it is watched a while." : "It may pass by itself.";
    return { go: "wait", until: new Date(until).toISOString(), clock: "judged", because };
  },
};
