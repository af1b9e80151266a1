import type { Instant } from "../../schemas/instant.ts";
import type { AgeBucket, BreakRow } from "../../schemas/wire/break.ts";

const DAY = 86_400_000;
const BY_WORK_DAYS: readonly [number, AgeBucket][] = [
  [2, "0-2 WD"],
  [5, "3-5 WD"],
];
const BY_DAYS: readonly [number, AgeBucket][] = [
  [30, "≤ 30 d"],
  [60, "≤ 60 d"],
  [90, "≤ 90 d"],
];

/** How old a break is: in work days of its entity while it is young, in calendar days after the fifth. */
export function ageOf(
  firstSeenAt: Instant,
  now: Instant,
  workDaysBetween: (from: Instant, to: Instant) => number,
): BreakRow["age"] {
  const days = Math.max(0, Math.floor((Date.parse(now) - Date.parse(firstSeenAt)) / DAY));
  const workDays = now > firstSeenAt ? workDaysBetween(firstSeenAt, now) : 0;
  const young = BY_WORK_DAYS.find(([most]) => workDays <= most);
  const older = BY_DAYS.find(([most]) => days <= most);
  return { workDays, days, bucket: (young ?? older)?.[1] ?? "> 90 d" };
}
