import { expect, it } from "vitest";
import type { Estate } from "../../schemas/estate/estate.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { calendarsInForce } from "./calendars-in-force.ts";
import { createCalendars } from "./calendars.ts";

const then = smallEstate();
const changed: Estate = {
  ...then,
  entities: [
    { ...then.entities[0]!, zone: "America/New_York" },
    then.entities[1]!,
    { ...then.entities[1]!, id: "BR01" },
  ],
  calendars: [
    { id: "germany", country: "DE", weekend: [6, 7], days: [{ date: "2026-10-01", name: "Fair", workday: false }] },
  ],
  close: { ...then.close, milestones: then.close.milestones.map((each) => ({ ...each, workDay: each.workDay + 1 })) },
};
const calendars = calendarsInForce(changed, [
  { estate: then, loadedAt: "2026-06-01T00:00:00.000Z" },
  { estate: changed, loadedAt: "2026-10-20T00:00:00.000Z" },
]);
const [milestone] = changed.close.milestones;
const due = (key: string, entity: string) => calendars.milestoneDeadline(calendars.period(key)!, entity, milestone!);

it("judges a close that is over by the version in force at its group deadline", () => {
  const was = createCalendars(then);
  const september = was.period("2026-09")!;
  expect(due("2026-09", "DE01")).toEqual(was.milestoneDeadline(september, "DE01", then.close.milestones[0]!));
  expect(calendars.groupDeadline(september)).toEqual(was.groupDeadline(september));
  const { gate } = milestone!;
  if (gate.kind !== "flow") throw new Error("The first gate waits for a flow.");
  expect(calendars.cutOff(september, "DE01", gate)).toBe("2026-10-01T08:00:00.000Z");
});

it("judges an open close by the current one, with another calendar version", () => {
  const now = createCalendars(changed);
  expect(due("2026-10", "DE01")).toEqual(now.milestoneDeadline(now.period("2026-10")!, "DE01", milestone!));
  expect(calendars.groupDeadline(calendars.period("2026-10")!).calendarVersion).not.toBe(
    createCalendars(then).groupDeadline(now.period("2026-10")!).calendarVersion,
  );
});

it("judges what was over before anything was recorded, and entities not there then, by the current one", () => {
  const now = createCalendars(changed);
  expect(due("2026-03", "DE01")).toEqual(now.milestoneDeadline(now.period("2026-03")!, "DE01", milestone!));
  expect(due("2026-09", "BR01").zone).toBe("America/New_York");
});
