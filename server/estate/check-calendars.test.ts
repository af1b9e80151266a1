import { describe, expect, it } from "vitest";
import { smallEstate } from "../../test/small-estate.ts";
import { checkCalendars } from "./check-calendars.ts";
import { checkCutOffs } from "./check-cut-offs.ts";
import { checkDeadlineTimes } from "./check-deadline-times.ts";
import { checkPeriods } from "./check-periods.ts";

type Change = Parameters<typeof smallEstate>[0];

const base = smallEstate();

function complaintsOf(change: Change, check = checkCalendars): string[] {
  const complaints: string[] = [];
  check(smallEstate(change), (path, what, expected) =>
    complaints.push(`${path.join(".")}: ${what}; expected ${expected}`),
  );
  return complaints;
}

const germany = { id: "germany", country: "DE" };
const kept = (calendar: string[], ...calendars: object[]): Change => ({
  entities: [{ ...base.entities[0], calendar }],
  calendars: [germany, ...calendars],
});
const worked = (date: string, workday: boolean) => ({ date, name: "Stock-take", workday });

describe("calendars of an estate", () => {
  it.each<[string, Change, (string | RegExp)[]]>([
    ["two that agree", kept(["germany", "plant"], { id: "plant", days: [worked("2026-11-07", true)] }), []],
    ["a country without known holidays, its days listed", kept(["qatar"], { id: "qatar", weekend: [5, 6] }), []],
    [
      "an entity whose country has no known holidays",
      { entities: [{ ...base.entities[0], country: "QA" }] },
      [/^entities.0: “DE01” has no calendar, and no holidays are known for QA; expected calendar: and the id/],
    ],
    [
      "a calendar of a country without known holidays",
      { calendars: [{ ...germany, country: "QA" }] },
      [/^calendars.0.country: no holidays are known for country “QA”/],
    ],
    ["an unknown calendar", kept(["germany", "mars"]), [/^entities.0.calendar.1: there is no calendar “mars”/]],
    [
      "a day worked and not worked",
      { calendars: [{ ...germany, days: [worked("2026-11-07", true), worked("2026-11-07", false)] }] },
      ["calendars.0.days.1: “germany” lists 2026-11-07 twice (Stock-take); expected each day once, worked or not"],
    ],
    [
      "two that contradict each other",
      kept(
        ["one", "two"],
        { id: "one", days: [worked("2026-11-07", true)] },
        { id: "two", days: [worked("2026-11-07", false)] },
      ),
      [
        "entities.0.calendar: on 2026-11-07 “one” is worked and “two” is not; expected calendars that agree on days they both list",
      ],
    ],
    [
      "two that share no work day",
      kept(["early", "late"], { id: "early", weekend: [5, 6, 7] }, { id: "late", weekend: [1, 2, 3, 4] }),
      [/“early” and “late” together leave no day of the week to work on; expected calendars that share a work day/],
    ],
    [
      "a month without work days",
      { calendars: [{ ...germany, days: days("2026-08").map((date) => worked(date, false)) }] },
      ["calendars.0.days: “germany” leave no work day in 2026-08; expected at least one work day in every month"],
    ],
  ])("%s", (_, change, wanted) => expectMatches(complaintsOf(change), wanted));
});

describe("periods of the company's own", () => {
  const own = (...periods: object[]): Change => ({
    estate: { ...base.estate, periods: { scheme: "months", adjustmentPeriods: 2, own: periods } },
  });
  const thirteenth = { period: "2026-13", startsOn: "2026-12-31", endsOn: "2027-01-15" };
  it.each<[string, Change, (string | RegExp)[]]>([
    [
      "adjustment periods one after the other",
      own(thirteenth, { period: "2026-14", startsOn: "2027-01-16", endsOn: "2027-02-12" }),
      [],
    ],
    [
      "adjustment periods that overlap",
      own(thirteenth, { period: "2026-14", startsOn: "2027-01-15", endsOn: "2027-02-12" }),
      ["estate.periods.own.1: the adjustment periods 2026-13 and 2026-14 overlap; expected days of their own for each"],
    ],
    [
      "a period without days",
      own({ ...thirteenth, endsOn: "2026-12-30" }),
      [/period 2026-13 has no days: it ends on 2026-12-30, before it begins; expected startsOn ≤ endsOn/],
    ],
    [
      "a period the scheme does not have",
      own({ ...thirteenth, period: "2026-15" }),
      [/no period 2026-15; expected a number from 01 to 14/],
    ],
    [
      "a longer period beside one that was not shortened",
      own({ period: "2026-11", startsOn: "2026-11-01", endsOn: "2026-12-05" }),
      [
        /2026-11 ends on 2026-12-05 and 2026-12 starts on 2026-12-01; expected 2026-11-30, or 2026-12 among own as well/,
      ],
    ],
    [
      "a longer period beside a shorter one",
      own(
        { period: "2026-11", startsOn: "2026-11-01", endsOn: "2026-12-05" },
        { period: "2026-12", startsOn: "2026-12-06", endsOn: "2026-12-31" },
      ),
      [],
    ],
  ])("%s", (_, change, wanted) => expectMatches(complaintsOf(change, checkPeriods), wanted));
});

describe("deadlines in an hour the clocks skip", () => {
  const due = (change: object): Change => ({
    close: { ...base.close, milestones: [{ ...base.close.milestones[0], ...change }] },
  });
  it.each<[string, Change, (string | RegExp)[]]>([
    ["by day", due({ workDay: 0, at: "18:00" }), []],
    ["at night on work days, when no clock changes", due({ workDay: 1, at: "02:30" }), []],
    [
      "Day 0 on the last Sunday of March",
      due({ workDay: 0, at: "02:30", zone: "group" }),
      [
        "close.milestones.0.at: “actuals” falls on 2024-03-31 02:30 for the group, when the clocks in Europe/Berlin go from 02:00 to 03:00; expected a time that day has, such as 03:00",
      ],
    ],
    [
      "a work day in a country whose clocks change on it",
      { ...due({ workDay: 0, at: "00:30" }), entities: [{ ...base.entities[0], country: "EG", zone: "Africa/Cairo" }] },
      [/“actuals” falls on 20\d\d-04-30 00:30 for DE01, when the clocks in Africa\/Cairo go from 00:00 to 01:00/],
    ],
    [
      "a cut-off",
      due({ gate: { kind: "flow", flow: "actuals", cutOff: { workDay: 0, at: "02:00" } } }),
      [/^close.milestones.0.gate.cutOff.at: the cut-off of “actuals” falls on 2024-03-31 02:00 for DE01/],
    ],
  ])("%s", (_, change, wanted) => expectMatches(complaintsOf(change, checkDeadlineTimes), wanted));
});

describe("cut-offs after what waits for them is due", () => {
  const due = (cutOff: object, groupDeadline: object, entity: object = {}): Change => ({
    entities: [{ ...base.entities[0], ...entity }],
    close: {
      ...{ ...base.close, groupDeadline },
      milestones: [
        { ...base.close.milestones[0], workDay: 4, at: "18:00", gate: { kind: "flow", flow: "actuals", cutOff } },
      ],
    },
  });
  it.each<[string, Change, (string | RegExp)[]]>([
    ["before both", due({ workDay: 3, at: "12:00" }, { workDay: 5, at: "18:00" }), []],
    ["at the very instant", due({ workDay: 4, at: "18:00" }, { workDay: 5, at: "18:00" }), []],
    [
      "before its own deadline, after the group's",
      due({ workDay: 3, at: "12:00" }, { workDay: 2, at: "18:00" }),
      [
        "close.milestones.0.gate.cutOff: for DE01 in 2024-01 the cut-off of “actuals” (2024-02-05 12:00 Europe/Berlin) comes after the group deadline (2024-02-02 18:00 Europe/Berlin); expected an earlier cut-off, or a later groupDeadline",
      ],
    ],
    [
      "after its own deadline",
      due({ workDay: 4, at: "18:01" }, { workDay: 5, at: "18:00" }),
      [
        /“actuals” \(2024-02-06 18:01 Europe\/Berlin\) comes after it is due .*expected an earlier cut-off, or a later workDay and at/,
      ],
    ],
    [
      "only where an entity's day begins later",
      due({ workDay: 4, at: "16:00" }, { workDay: 4, at: "18:00" }, { country: "US", zone: "America/New_York" }),
      [/for DE01 in 2024-\d\d the cut-off of “actuals” .* America\/New_York\) comes after the group deadline/],
    ],
  ])("%s", (_, change, wanted) => expectMatches(complaintsOf(change, checkCutOffs), wanted));
});

function days(month: string): string[] {
  return Array.from({ length: 31 }, (_, at) => `${month}-${String(at + 1).padStart(2, "0")}`);
}

function expectMatches(found: readonly string[], wanted: readonly (string | RegExp)[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [at, pattern] of wanted.entries())
    expect(found[at]).toEqual(pattern instanceof RegExp ? expect.stringMatching(pattern) : pattern);
}
