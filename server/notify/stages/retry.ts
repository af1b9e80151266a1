import { ON, type Stage } from "../letter.ts";

/** Real milliseconds between tries: doubling from the first to the last, which is kept up for as long as it takes. */
const FIRST = 2_000;
const LAST = 10 * 60_000;

export const retry: Stage = {
  name: "retry",
  title: "What could not be handed over is tried again, ever more rarely, until it can.",
  judge(letter, desk) {
    if (letter.retryAt === null || Date.parse(letter.retryAt) <= desk.realNow.getTime()) return ON;
    return { go: "wait", until: letter.retryAt, clock: "real", because: "The receiver could not be reached." };
  },
};

/** When to try again after so many tries; a receiver that says when is taken at its word, up to an hour. */
export function retryAfter(attempts: number, saidSeconds: number | null, now: Date): Date {
  const own = Math.min(LAST, FIRST * 2 ** Math.min(16, attempts - 1));
  const said = saidSeconds === null ? 0 : Math.min(3_600, Math.max(0, saidSeconds)) * 1000;
  return new Date(now.getTime() + Math.max(own, said));
}
