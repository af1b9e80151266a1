import type { Desk, Letter, Ruling, Stage } from "../letter.ts";
import { dedupe } from "./dedupe.ts";
import { group } from "./group.ts";
import { inhibit } from "./inhibit.ts";
import { mute } from "./mute.ts";
import { rateLimit } from "./rate-limit.ts";
import { record } from "./record.ts";
import { retry } from "./retry.ts";
import { settle } from "./settle.ts";
import { silence } from "./silence.ts";

/** What every letter passes, in this order, each time it is due. */
export const STAGES: readonly Stage[] = [settle, inhibit, mute, silence, dedupe, group, rateLimit, retry, record];

/** The first stage that does not let a letter on, and what it says; null where it is to be sent now. */
export function heldBy(letter: Letter, desk: Desk): { stage: Stage; ruling: Exclude<Ruling, { go: "on" }> } | null {
  for (const stage of STAGES) {
    const ruling = stage.judge(letter, desk);
    if (ruling.go !== "on") return { stage, ruling };
  }
  return null;
}
