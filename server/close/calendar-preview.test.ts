import { describe, expect, it } from "vitest";
import { CalendarPreview } from "../../schemas/wire/calendar-preview.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { calendarPreview } from "./calendar-preview.ts";
import { createCalendars } from "./calendars.ts";

/** Real days that are easy to get wrong: the entity's WD+1 deadline at 18:00, and what was skipped on the way. */
const AWKWARD = [
  [
    "Good Friday on the period's end",
    "2024-03",
    "DE",
    "Europe/Berlin",
    [6, 7],
    "2024-04-02T16:00:00.000Z",
    "1 Apr (Easter Monday)",
  ],
  [
    "clocks back on Sunday before WD+1 in New York",
    "2026-10",
    "US",
    "America/New_York",
    [6, 7],
    "2026-11-02T23:00:00.000Z",
    "1 Nov (Sunday)",
  ],
  [
    "clocks forward on Sunday before WD+1 in Berlin",
    "2027-03",
    "DE",
    "Europe/Berlin",
    [6, 7],
    "2027-04-01T16:00:00.000Z",
    null,
  ],
  [
    "a Sunday of clocks forward as period end",
    "2024-03",
    "FR",
    "Europe/Paris",
    [6, 7],
    "2024-04-02T16:00:00.000Z",
    "1 Apr (Easter Monday)",
  ],
  ["Brazil's All Souls", "2026-10", "BR", "America/Sao_Paulo", [6, 7], "2026-11-03T21:00:00.000Z", "2 Nov (All Souls"],
  ["India, half an hour off", "2026-09", "IN", "Asia/Kolkata", [6, 7], "2026-10-01T12:30:00.000Z", null],
  [
    "a weekend of Friday and Saturday, in Ramadan",
    "2025-02",
    "SA",
    "Asia/Riyadh",
    [5, 6],
    "2025-03-02T15:00:00.000Z",
    "1 Mar (Saturday)",
  ],
  [
    "New Year's holidays in Japan",
    "2026-12",
    "JP",
    "Asia/Tokyo",
    [6, 7],
    "2027-01-04T09:00:00.000Z",
    "1 Jan (New Year",
  ],
] as const;

describe("the calendar's preview", () => {
  it.each(AWKWARD)("%s", (_, period, country, zone, weekend, at, skipped) => {
    const estate = smallEstate({
      entities: [{ id: "E1", name: "E", country, currency: "EUR", zone, calendar: "own" }],
      calendars: [
        { id: "germany", country: "DE" },
        { id: "own", country, weekend: [...weekend] },
      ],
    });
    const preview = calendarPreview({ estate, calendars: createCalendars(estate), period, entities: "all" });
    const row = preview.instants.find(({ milestone, kind }) => milestone === "actuals" && kind === "milestone")!;
    expect(row).toMatchObject({ at, zone, workDay: 1, calendars: ["own"] });
    if (skipped === null) expect(row.why).not.toContain("Not worked");
    else expect(row.why).toContain(skipped);
    expect(CalendarPreview.parse(JSON.parse(JSON.stringify(preview)))).toEqual(preview);
  });

  it("counts only days all calendars of an entity work on", () => {
    const estate = smallEstate({
      entities: [{ ...smallEstate().entities[0]!, calendar: ["germany", "plant"] }],
      calendars: [
        { id: "germany", country: "DE" },
        { id: "plant", weekend: [1, 7] },
      ],
    });
    const preview = calendarPreview({
      estate,
      calendars: createCalendars(estate),
      period: "2026-10",
      entities: ["DE01"],
    });
    const row = preview.instants.find(({ milestone, kind }) => milestone === "actuals" && kind === "milestone")!;
    expect(row).toMatchObject({ local: "2026-11-03T18:00", calendars: ["germany", "plant"] });
    expect(row.why).toContain("Not worked: 1 Nov (Sunday), 2 Nov (Monday).");
  });

  it("says where the group's deadline comes before the entity's own", () => {
    const base = smallEstate();
    const milestones = base.close.milestones.map((each) => ({ ...each, workDay: 6, at: "23:00" }));
    const estate = smallEstate({ close: { ...base.close, milestones } });
    const preview = calendarPreview({
      estate,
      calendars: createCalendars(estate),
      period: "2026-10",
      entities: ["US01"],
    });
    const row = preview.instants.find(({ kind }) => kind === "milestone")!;
    expect(row).toMatchObject({ at: "2026-11-09T17:00:00.000Z", calendars: ["germany"] });
    expect(row.why).toContain(
      "The group’s deadline comes before the entity’s own, Monday 9 November 2026 23:00 in America/New_York.",
    );
  });

  it("lists the loads expected of each flow", () => {
    const estate = smallEstate();
    const preview = calendarPreview({
      estate,
      calendars: createCalendars(estate),
      period: "2026-10",
      entities: ["DE01"],
    });
    expect(preview.loads).toHaveLength(1);
    expect(preview.loads[0]).toMatchObject({
      flow: "actuals",
      closeWindow: { from: "2026-11-02T09:00:00.000Z", to: "2026-11-05T17:00:00.000Z" },
    });
    expect(preview.loads[0]!.expected.at(-1)).toBe("2026-11-05T17:00:00.000Z");
  });
});
