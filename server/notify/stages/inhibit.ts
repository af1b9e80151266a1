import { ON, type Stage } from "../letter.ts";

export const inhibit: Stage = {
  name: "inhibit",
  title: "What is over, asleep, part of another or taken on is not told.",
  judge(letter, desk) {
    const incident = desk.incidentOf(letter);
    if (!incident) return { go: "drop", because: "The incident is gone." };
    if (incident.state === "resolved") {
      const into = incident.resolution?.into;
      return {
        go: "drop",
        because: into ? "It turned out to be part of another incident." : "It was over before anybody was told.",
      };
    }
    if (letter.opening < incident.reopened) return { go: "drop", because: "It came back since, and is told anew." };
    if (letter.occasion === "escalated" && incident.state === "acknowledged")
      return { go: "drop", because: `${incident.acknowledgedBy?.name ?? "Somebody"} has taken it on.` };
    if (incident.state === "snoozed" && incident.snoozedUntil !== null) {
      const because = "It is put aside until then.";
      return { go: "wait", until: incident.snoozedUntil, clock: "judged", because };
    }
    return ON;
  },
};
