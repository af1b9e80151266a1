import type { ClosePhase } from "../../schemas/estate/route.ts";
import type { Silence } from "../../schemas/wire/alert.ts";
import { mismatch, type Subject } from "./subject.ts";

/** Whether a silence in force keeps messages about a subject back. An S1 in the close is hidden only by one made for it. */
export function hides(silence: Silence, subject: Subject, phase: ClosePhase, now: Date): boolean {
  const at = now.toISOString();
  if (silence.endedAt !== null || silence.startsAt > at || silence.expiresAt <= at) return false;
  if (subject.severity === "S1" && phase === "close" && !silence.hidesWorst) return false;
  return mismatch(silence.matcher, subject, phase) === null;
}
