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

/**
 * Whether a hold tells of a labelled fault: the right code, entity and system, no sooner than it shows and soon gone.
 * `within`: how long after it shows in a vendor's system a fault may go unseen, and how long after it is gone it may be
 * told of, in milliseconds.
 */
export function tells(estate: Estate, { hold, firstAt, lastAt }: Episode, label: Label, within: number): boolean {
  if (label.shownAt === null || hold.code !== label.code || hold.entity !== label.entity) return false;
  const system = estate.datasets.find(({ id }) => id === hold.dataset)?.system ?? hold.id.split(".").at(-1);
  if (system !== label.system) return false;
  return (
    firstAt >= label.shownAt && firstAt <= label.shownAt + within && lastAt <= (label.clearedAt ?? Infinity) + within
  );
}
