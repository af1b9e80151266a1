import type { Label } from "../../sandbox/world/fault-script.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Hold } from "../../schemas/wire/board.ts";
import type { Look } from "../flow/played-tower.ts";

/** One time a hold came up: with when it was first and last there, epoch milliseconds. */
export interface Episode {
  hold: Hold;
  firstAt: number;
  lastAt: number;
}

/** Each time a hold came up. */
export function episodesOf(looks: readonly Look[]): Episode[] {
  const found: Episode[] = [];
  for (const [step, { at, holds }] of looks.entries()) {
    for (const hold of holds) {
      const earlier =
        step > 0 && found.find((one) => one.hold.id === hold.id && one.lastAt === Date.parse(looks[step - 1]!.at));
      if (earlier) earlier.lastAt = Date.parse(at);
      else found.push({ hold, firstAt: Date.parse(at), lastAt: Date.parse(at) });
    }
  }
  return found;
}

/** A posting after the snapshot is made in the flow's source, wherever it is first missed. */
const MADE_AT_SOURCE: ReadonlySet<Hold["code"]> = new Set(["late-posting", "posted-after-close"]);

/**
 * Whether a hold tells of a labelled fault: the right code, entity and system, no sooner than it shows and soon gone. It may
 * come up again while the fault lasts, as where a system could not be read in between.
 * `within`: how long after a fault is gone it may be told of, in milliseconds.
 */
export function tells(estate: Estate, { hold, firstAt, lastAt }: Episode, label: Label, within: number): boolean {
  if (label.shownAt === null || hold.code !== label.code || hold.entity !== label.entity) return false;
  const source = estate.flows.find(({ id }) => id === hold.flow)?.source;
  const place = MADE_AT_SOURCE.has(hold.code) ? source : hold.dataset;
  const system = estate.datasets.find(({ id }) => id === place)?.system ?? hold.id.split(".").at(-1);
  return system === label.system && firstAt >= label.shownAt && lastAt <= (label.clearedAt ?? Infinity) + within;
}

/** Whether a fault was told of soon enough: `within` so many milliseconds after it first showed in a vendor's system. */
export function foundIn(estate: Estate, seen: readonly Episode[], label: Label, within: number): boolean {
  return seen.some((one) => tells(estate, one, label, within) && one.firstAt <= label.shownAt! + within);
}
