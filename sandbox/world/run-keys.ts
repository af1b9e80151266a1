import type { KeyDraw, Sandbox, SimRun } from "../../collectors/sandbox.ts";
import { seeded } from "./seeded.ts";

const HEX = "0123456789ABCDEF";

/** Which run a key is drawn for. */
export interface KeyOf {
  job: string;
  period: string;
  queuedAt: number;
  attempt: number;
  trigger: SimRun["trigger"];
}

/** A run's key as its vendor writes them, drawn by the vendor's sandbox; a GUID where it has no way of its own. */
export function runKey(collector: string, write: Sandbox["runKey"], seed: number, of: KeyOf): string {
  const chance = seeded(seed, "key", collector, of.job, of.queuedAt, of.attempt, of.trigger);
  const letters = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[chance.between(0, alphabet.length - 1)]).join("");
  const draw: KeyDraw = {
    letters,
    hex: (length) => letters(HEX, length),
    digits: (length) => letters("0123456789", length),
    guid() {
      const hex = letters(HEX, 32).toLowerCase();
      const [one, two, three, four] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16), hex.slice(17, 20)];
      return [one, two, `4${three}`, `a${four}`, hex.slice(20)].join("-");
    },
    ...{ job: of.job, period: of.period, queuedAt: of.queuedAt, trigger: of.trigger },
  };
  return write ? write(draw) : draw.guid();
}
