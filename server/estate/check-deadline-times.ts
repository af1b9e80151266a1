import type { Estate } from "../../schemas/estate/estate.ts";
import { periodOf, periodOn, previousKey } from "../close/periods.ts";
import { GROUP, placesOf } from "../close/places.ts";
import { skippedTimes } from "../close/wall-time.ts";
import type { Path } from "./estate-text.ts";
import type { Complain } from "./named.ts";

/** Closes that are looked at, as calendar years. */
const YEARS = { from: 2020, to: 2045 };
/** Clocks go forward at night everywhere, so a deadline by day need not be looked at. */
const NIGHT = { from: "23:00", to: "04:00" };

interface Due {
  path: Path;
  what: string;
  workDay: number;
  at: string;
  /** Entity whose work days count, or the group. */
  on: string;
  zone: string;
}

/** No deadline or cut-off falls into an hour that the clocks skip: nobody could say whether it was kept. */
export function checkDeadlineTimes(estate: Estate, complain: Complain): void {
  const { place } = placesOf(estate);
  const said = new Set<string>();
  for (const due of duesOf(estate)) {
    const key = due.path.join(".");
    if (said.has(key) || (due.at >= NIGHT.to && due.at < NIGHT.from)) continue;
    const skip = skippedTimes(due.zone, YEARS.from, YEARS.to).find(
      ({ date, from, to }) =>
        from <= due.at &&
        due.at < to &&
        periodsNear(estate, date).some((endsOn) => place(due.on).days.nth(endsOn, due.workDay) === date),
    );
    if (!skip) continue;
    said.add(key);
    const whom = due.on === GROUP ? "the group" : due.on;
    complain(
      due.path,
      `${due.what} falls on ${skip.date} ${due.at} for ${whom}, when the clocks in ${due.zone} go from ${skip.from} to ${skip.to}`,
      `a time that day has, such as ${skip.to}`,
    );
  }
}

function duesOf(estate: Estate): Due[] {
  const { milestones, groupDeadline } = estate.close;
  const group = { on: GROUP, zone: estate.estate.zone };
  const entities = estate.entities.map(({ id, zone }) => ({ on: id, zone }));
  const ofMilestones = milestones.flatMap((milestone, at) => {
    const { id, workDay, at: time, zone, gate } = milestone;
    const path = ["close", "milestones", at] as const;
    const inZone = zone === "entity" ? entities : zone === GROUP ? [group] : entities.map(({ on }) => ({ on, zone }));
    const own = inZone.map((where) => ({ path: [...path, "at"], what: `“${id}”`, workDay, at: time, ...where }));
    if (gate.kind !== "flow" || !gate.cutOff) return own;
    const { cutOff } = gate;
    const cutOffs = entities.map((where) => {
      return { path: [...path, "gate", "cutOff", "at"], what: `the cut-off of “${id}”`, ...cutOff, ...where };
    });
    return [...own, ...cutOffs];
  });
  return [
    ...ofMilestones,
    { path: ["close", "groupDeadline", "at"], what: "the group deadline", ...groupDeadline, ...group },
  ];
}

/** Ends of the periods whose close a date may belong to: the one it falls into and the two before. */
function periodsNear({ estate }: Estate, date: string): string[] {
  const own = periodOn(estate.periods, date);
  const before = periodOf(estate.periods, previousKey(own))!;
  return [own, before, periodOf(estate.periods, previousKey(before))!].map(({ endsOn }) => endsOn);
}
