import type { Estate } from "../../schemas/estate/estate.ts";
import { addDays } from "../close/dates.ts";
import { keyOf, periodOf, previousKey } from "../close/periods.ts";
import type { Complain } from "./named.ts";

const LAST_REGULAR = 12;

/** The scheme can be reckoned, and periods of the company's own fit between those it cuts by itself. */
export function checkPeriods({ estate }: Estate, complain: Complain): void {
  const { scheme, startsOn, own } = estate.periods;
  if (scheme !== "months" && !startsOn) {
    complain(
      ["estate", "periods"],
      `the ${scheme} scheme has no start`,
      "startsOn, the first day of the first fiscal year",
    );
    return;
  }
  for (const [at, period] of own.entries()) {
    const path = ["estate", "periods", "own", at] as const;
    if (own.findIndex((other) => other.period === period.period) < at)
      complain(path, `period ${period.period} stands twice`, "each period once");
    if (period.endsOn < period.startsOn)
      complain(
        path,
        `period ${period.period} has no days: it ends on ${period.endsOn}, before it begins`,
        "startsOn ≤ endsOn",
      );
    else checkPlace(estate.periods, at, complain);
  }
}

function checkPlace(scheme: Estate["estate"]["periods"], at: number, complain: Complain): void {
  const path = ["estate", "periods", "own", at] as const;
  const { period: key, startsOn, endsOn } = scheme.own[at]!;
  const period = periodOf(scheme, key);
  if (!period) {
    const last = LAST_REGULAR + scheme.adjustmentPeriods;
    complain([...path, "period"], `the scheme has no period ${key}`, `a number from 01 to ${last}`);
    return;
  }
  if (period.adjustment) {
    const over = scheme.own.find(
      (other, of) => of < at && isAdjustment(other.period) && other.startsOn <= endsOn && startsOn <= other.endsOn,
    );
    if (over) complain(path, `the adjustment periods ${over.period} and ${key} overlap`, "days of their own for each");
    return;
  }
  const before = periodOf(scheme, previousKey(period))!;
  const next =
    period.number < LAST_REGULAR ? keyOf(period.fiscalYear, period.number + 1) : keyOf(period.fiscalYear + 1, 1);
  const after = periodOf(scheme, next)!;
  if (addDays(before.endsOn, 1) !== startsOn)
    complain(
      [...path, "startsOn"],
      `${before.period} ends on ${before.endsOn} and ${key} starts on ${startsOn}`,
      `${addDays(before.endsOn, 1)}, so that no day is left out or counted twice`,
    );
  if (addDays(endsOn, 1) !== after.startsOn)
    complain(
      [...path, "endsOn"],
      `${key} ends on ${endsOn} and ${after.period} starts on ${after.startsOn}`,
      `${addDays(after.startsOn, -1)}, or ${after.period} among own as well`,
    );
}

function isAdjustment(period: string): boolean {
  return Number(period.slice(5)) > LAST_REGULAR;
}
