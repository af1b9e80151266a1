import { expect, it } from "vitest";
import { smallEstate } from "../../test/small-estate.ts";
import { calendarsOf } from "./calendars.ts";

const calendars = calendarsOf(smallEstate());
/** A Friday; All Saints' Day that Sunday is no work day anyway. */
const FRIDAY = "2026-10-30T22:30:00.000Z";

it.each([
  ["the same day", "DE01", "2026-10-30T22:59:00.000Z", 0],
  ["over a weekend", "DE01", "2026-11-02T08:00:00.000Z", 1],
  ["a local day later already", "DE01", "2026-11-02T23:30:00.000Z", 2],
  ["the same local day elsewhere", "US01", "2026-10-31T02:00:00.000Z", 0],
  ["over two holidays of that country", "US01", "2026-11-27T18:00:00.000Z", 18],
])("work days gone by: %s", (_, entity, to, days) => {
  expect(calendars.workDaysBetween(entity, FRIDAY, to)).toBe(days);
});

it.each([
  [0, "2026-10-30T23:00:00.000Z"],
  [1, "2026-11-02T23:00:00.000Z"],
  [5, "2026-11-06T23:00:00.000Z"],
])("%i work days after are over at %s", (days, at) => {
  expect(calendars.workDaysAfter("DE01", FRIDAY, days)).toBe(at);
});
