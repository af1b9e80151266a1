import { expect, test } from "vitest";
import { Schedule } from "../../schemas/estate/request.ts";
import { PLANNING_ESTATE } from "../../test/planning-estate.ts";
import { createCalendars } from "../close/calendars.ts";
import { cronObjection, occurrencesBetween, scheduleWords } from "./schedule-times.ts";

const calendars = createCalendars(PLANNING_ESTATE);
const schedule = (over: object) => Schedule.parse({ id: "s", title: "S", flow: "actuals", owner: "engineer", ...over });
const between = (of: Schedule, from: string, until: string) =>
  occurrencesBetween(PLANNING_ESTATE, calendars, of, [new Date(from), new Date(until)]);

test("a cron expression stands on the wall clock of its zone, also where that changes", () => {
  const sundays = schedule({ cron: "30 20 * * 0", zone: "Europe/Berlin" });
  const due = between(sundays, "2026-10-20T00:00:00.000Z", "2026-11-02T00:00:00.000Z");
  expect(due.map(({ at, entities }) => [at, entities])).toEqual([
    ["2026-10-25T19:30:00.000Z", ["DE01", "DE02"]],
    ["2026-11-01T19:30:00.000Z", ["DE01", "DE02"]],
  ]);
});

test("a work day of the close comes due once for those it comes due for together", () => {
  const pack = schedule({ calendar: { workDay: 2, at: "09:00", zone: "entity" } });
  expect(between(pack, "2026-11-01T00:00:00.000Z", "2026-11-10T00:00:00.000Z")).toEqual([
    { at: "2026-11-03T08:00:00.000Z", place: "2026-10", period: "2026-10", entities: ["DE01", "DE02"] },
  ]);
  expect(scheduleWords(pack)).toBe("WD+2 09:00 entity time");
});

test("an occurrence is due after the one before it and up to now, and never twice", () => {
  const pack = schedule({ calendar: { workDay: 2, at: "09:00", zone: "entity" } });
  expect(between(pack, "2026-11-03T08:00:00.000Z", "2026-11-03T12:00:00.000Z")).toEqual([]);
  expect(between(pack, "2026-11-03T07:00:00.000Z", "2026-11-03T08:00:00.000Z")).toHaveLength(1);
});

test.each([
  ["0 6 * * 1-5", null],
  ["0 6 * *", "it has not five fields"],
  ["0 6 31 2 *", "it never comes due"],
])("%s can be read or is objected to", (cron, objection) => {
  expect(cronObjection(cron)).toBe(objection);
});
