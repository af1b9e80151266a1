import { endEarly, waitingFor } from "./message-queue.ts";
import type { Play } from "./play.ts";
import { expectEnd } from "./run-course.ts";

/** The queue behind a stuck message moves again: the newest goes on, the older ones it makes needless are cancelled. */
export function releaseQueue(play: Play, fault: string, at: number): void {
  play.script.lift(fault, at);
  const waiting = waitingFor(play, fault);
  const newest = waiting.pop();
  for (const tracked of waiting) endEarly(tracked, at, "A newer message of the same queue replaced it");
  if (!newest?.held) return;
  const { run, held } = newest;
  const rest = run.endedAt - held.until;
  held.until = Math.max(at, held.from);
  run.endedAt = held.until + rest;
  run.attempt += 1;
  expectEnd(play, newest);
}
