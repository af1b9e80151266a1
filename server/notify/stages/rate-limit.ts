import { ON, type Stage } from "../letter.ts";

const MINUTE = 60_000;

export const rateLimit: Stage = {
  name: "rate limit",
  title: "A receiver is handed only so many messages a minute; the rest wait. S1 passes.",
  judge(letter, desk) {
    const declared = desk.estate.receivers.find(({ id }) => id === letter.receiver);
    const { count, oldestAt } = desk.lastMinute(letter.receiver);
    if (!declared || desk.incidentOf(letter)!.severity === "S1" || count < declared.perMinute) return ON;
    const until = new Date((oldestAt ?? desk.realNow).getTime() + MINUTE).toISOString();
    return { go: "wait", until, clock: "real", because: `${declared.title} was handed ${count} in a minute.` };
  },
};
