import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Calendar, PeriodScheme } from "../../schemas/estate/calendar.ts";
import { Deadline } from "../../schemas/wire/board.ts";
import { smallEstate } from "../../test/small-estate.ts";
import { createCalendars } from "./calendars.ts";
import { addDays } from "./dates.ts";
import { computedHolidays, publicHolidays } from "./public-holidays.ts";
import { keyOf, periodOf, periodOn, previousKey } from "./periods.ts";
import { instantOf } from "./wall-time.ts";
import { workDaysOf } from "./work-days.ts";

const scheme = (declared: object) => PeriodScheme.parse(declared);

describe("periods", () => {
  it.each([
    [{ scheme: "months" }, "2026-10", "2026-10-01", "2026-10-31", "October 2026"],
    [{ scheme: "months", firstMonth: 4 }, "2026-10", "2027-01-01", "2027-01-31", "January 2027"],
    [{ scheme: "months", adjustmentPeriods: 2 }, "2026-13", "2026-12-31", "2026-12-31", "Period 13, 2026"],
    [{ scheme: "4-4-5", startsOn: "2025-12-29" }, "2026-01", "2025-12-29", "2026-01-25", "Period 1, 2026"],
    [{ scheme: "4-4-5", startsOn: "2025-12-29" }, "2026-03", "2026-02-23", "2026-03-29", "Period 3, 2026"],
    [{ scheme: "5-4-4", startsOn: "2025-12-29" }, "2026-01", "2025-12-29", "2026-02-01", "Period 1, 2026"],
    [{ scheme: "4-5-4", startsOn: "2025-12-29" }, "2026-02", "2026-01-26", "2026-03-01", "Period 2, 2026"],
  ])("%j %s runs from %s to %s", (declared, key, startsOn, endsOn, title) => {
    expect(periodOf(scheme(declared), key)).toMatchObject({ startsOn, endsOn, title });
  });

  it("follows what the company cuts itself", () => {
    const declared = scheme({
      scheme: "months",
      adjustmentPeriods: 1,
      own: [
        { period: "2026-11", startsOn: "2026-11-01", endsOn: "2026-12-05" },
        { period: "2026-12", startsOn: "2026-12-06", endsOn: "2026-12-31", title: "Short December" },
        { period: "2026-13", startsOn: "2026-12-31", endsOn: "2027-02-12" },
      ],
    });
    expect(periodOf(declared, "2026-12")).toMatchObject({ startsOn: "2026-12-06", title: "Short December" });
    expect(periodOn(declared, "2026-12-03").period).toBe("2026-11");
    expect(periodOf(declared, "2026-13")).toMatchObject({ endsOn: "2027-02-12", adjustment: true });
    expect(periodOn(declared, "2027-02-01").period).toBe("2027-02");
  });

  it("gives the twelfth period the 53rd week", () => {
    const declared = scheme({ scheme: "4-4-5", startsOn: "2024-09-30" });
    const weeks = Array.from({ length: 12 }, (_, at) => periodOf(declared, keyOf(2025 + at, 12))!).map(
      ({ startsOn, endsOn }) => (Date.parse(endsOn) - Date.parse(startsOn)) / 604_800_000,
    );
    expect(weeks.map(Math.ceil).filter((count) => count === 6)).toHaveLength(2);
    expect(new Set(weeks.map(Math.ceil))).toEqual(new Set([5, 6]));
  });

  it("has no period the scheme does not name", () => {
    expect(periodOf(scheme({ scheme: "months" }), "2026-13")).toBeNull();
    expect(periodOf(scheme({ scheme: "months" }), "2026-00")).toBeNull();
  });

  it("leaves no day out and counts none twice, in any scheme, 53rd weeks included", () => {
    const schemes = [
      scheme({ scheme: "months", firstMonth: 7 }),
      ...(["4-4-5", "4-5-4", "5-4-4"] as const).map((name) => scheme({ scheme: name, startsOn: "2024-09-30" })),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...schemes),
        fc.integer({ min: 2020, max: 2045 }),
        fc.integer({ min: 1, max: 12 }),
        (declared, year, number) => {
          const period = periodOf(declared, keyOf(year, number))!;
          const before = periodOf(declared, previousKey(period))!;
          expect(addDays(before.endsOn, 1)).toBe(period.startsOn);
          expect(periodOn(declared, period.startsOn).period).toBe(period.period);
          expect(periodOn(declared, period.endsOn).period).toBe(period.period);
        },
      ),
    );
  });
});

describe("work days", () => {
  const germany = workDaysOf(Calendar.parse({ id: "de", country: "DE" }));
  const bavaria = workDaysOf(Calendar.parse({ id: "by", country: "DE", region: "BY" }));
  const brazil = workDaysOf(Calendar.parse({ id: "br", country: "BR" }));
  const gulf = workDaysOf(Calendar.parse({ id: "g", country: "AE", weekend: [5, 6] }));
  const own = workDaysOf(
    Calendar.parse({
      id: "own",
      country: "DE",
      days: [
        { date: "2026-11-02", name: "Founders' day" },
        { date: "2026-11-07", name: "Stock-take Saturday", workday: true },
      ],
    }),
  );

  it.each([
    ["the first after the end", germany, "2026-10-31", 1, "2026-11-02"],
    ["the last on or before the end", germany, "2026-10-31", -1, "2026-10-30"],
    ["the last calendar day", germany, "2026-10-31", 0, "2026-10-31"],
    ["an end that is a work day counts as WD−1", germany, "2026-09-30", -1, "2026-09-30"],
    ["a holiday of the country", brazil, "2026-10-31", 1, "2026-11-03"],
    ["a weekend of Friday and Saturday", gulf, "2026-10-31", 1, "2026-11-01"],
    ["the estate's own holiday", own, "2026-10-31", 1, "2026-11-03"],
    ["the estate's own work day", own, "2026-10-31", 5, "2026-11-07"],
    ["New Year and the weekend after", germany, "2026-12-31", 1, "2027-01-04"],
  ])("%s", (_, days, endsOn, workDay, date) => expect(days.nth(endsOn, workDay)).toBe(date));

  it("follow the region: Epiphany is kept in Bavaria alone", () => {
    expect(germany.nth("2025-12-31", 3)).toBe("2026-01-06");
    expect(bavaria.nth("2025-12-31", 3)).toBe("2026-01-07");
  });

  it("are the same on file as the holiday library computes them", () => {
    for (const country of ["DE", "US", "BR", "IN", "SA", "JP"]) {
      const computed = [...computedHolidays(country, undefined, 2026).keys()].filter((date) => date.startsWith("2026"));
      expect(publicHolidays(country, undefined, 2026), country).toEqual(computed);
    }
  });

  it("say why nobody works, and count only what all calendars of a place work", () => {
    expect(germany.offBecause("2026-10-03")).toBe("National Holiday");
    expect(germany.offBecause("2026-11-01")).toBe("Sunday");
    expect(own.offBecause("2026-11-02")).toBe("Founders' day");
    expect(own.offBecause("2026-11-07")).toBeNull();
    const both = workDaysOf(Calendar.parse({ id: "de", country: "DE" }), Calendar.parse({ id: "br", country: "BR" }));
    expect(both.nth("2026-10-31", 1)).toBe("2026-11-03");
    expect(both.offBecause("2026-11-02")).toBe("All Souls' Day");
    expect(both.version("2026-10-31")).not.toBe(germany.version("2026-10-31"));
  });

  it("numberOf undoes nth", () => {
    const ends = fc
      .integer({ min: 0, max: 120 })
      .map((month) => addDays(`${2020 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-01`, -1));
    const workDay = fc.integer({ min: -15, max: 25 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(fc.constantFrom(germany, bavaria, brazil, gulf, own), ends, workDay, (days, endsOn, n) => {
        const date = days.nth(endsOn, n);
        expect(days.isWorkDay(date)).toBe(true);
        expect(days.numberOf(endsOn, date)).toBe(n);
      }),
    );
  });

  it("are null on days nobody works, and their version tells calendars apart", () => {
    expect(germany.numberOf("2026-10-31", "2026-11-01")).toBeNull();
    expect(germany.version("2026-10-31")).not.toBe(bavaria.version("2026-10-31"));
    expect(germany.version("2026-10-31")).toBe(
      workDaysOf(Calendar.parse({ id: "x", country: "DE" })).version("2026-10-31"),
    );
  });
});

describe("deadlines", () => {
  const estate = smallEstate();
  const calendars = createCalendars(estate);
  const october = calendars.period("2026-10")!;

  it.each([
    ["entity", "DE01", "2026-11-02T17:00:00.000Z", "Europe/Berlin"],
    ["entity", "US01", "2026-11-02T23:00:00.000Z", "America/New_York"],
    ["group", "US01", "2026-11-02T17:00:00.000Z", "Europe/Berlin"],
    ["Asia/Tokyo", "US01", "2026-11-02T09:00:00.000Z", "Asia/Tokyo"],
  ])("zone %s for %s", (zone, entity, at, inZone) => {
    const deadline = calendars.deadline(october, entity, { workDay: 1, at: "18:00", zone });
    expect(deadline).toMatchObject({ at, zone: inZone, local: "2026-11-02T18:00", workDay: 1 });
  });

  it("an entity is never due later than the group", () => {
    const milestone = { ...estate.close.milestones[3]!, workDay: 6, at: "23:00" };
    expect(calendars.milestoneDeadline(october, "US01", milestone)).toEqual(calendars.groupDeadline(october));
    expect(calendars.milestoneDeadline(october, "US01", estate.close.milestones[0]!).zone).toBe("America/New_York");
  });

  it.each([
    ["skipped in spring", "2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
    ["repeated in autumn", "2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"],
    ["repeated elsewhere", "2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00.000Z"],
  ])("a wall time %s", (_, local, zone, at) => expect(instantOf(local, zone)).toBe(at));

  it("no instant resolves differently once it was written down and read again", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("DE01", "US01"),
        fc.constantFrom("entity", "group", "Australia/Lord_Howe", "Asia/Kolkata"),
        fc.integer({ min: -15, max: 25 }),
        fc.integer({ min: 0, max: 24 * 60 - 1 }),
        fc.integer({ min: 1, max: 12 }),
        (entity, zone, workDay, minute, month) => {
          const at = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
          const period = calendars.period(keyOf(2026, month))!;
          const deadline = calendars.deadline(period, entity, { workDay, at, zone });
          const read = Deadline.parse(JSON.parse(JSON.stringify(deadline)));
          expect(read).toEqual(deadline);
          expect(instantOf(read.local, read.zone)).toBe(read.at);
          expect(createCalendars(estate).deadline(period, entity, { workDay, at, zone })).toEqual(deadline);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("expected loads", () => {
  const calendars = createCalendars(smallEstate());
  const flow = smallEstate().flows[0]!;
  const times = calendars.occurrences(calendars.period("2026-10")!, "DE01", flow);

  it("come daily on work days, and every two hours in the close", () => {
    expect(times.filter((at) => at.startsWith("2026-10-30"))).toEqual(["2026-10-30T07:00:00.000Z"]);
    expect(times.filter((at) => at.startsWith("2026-10-31"))).toEqual([]);
    expect(times.filter((at) => at.startsWith("2026-11-02")).map((at) => at.slice(11, 16))).toEqual([
      "07:00",
      "09:00",
      "11:00",
      "13:00",
      "15:00",
      "17:00",
    ]);
    expect(times.at(-1)).toBe("2026-11-05T17:00:00.000Z");
  });

  it("begin once the close before is over, so that no load is expected of two periods", () => {
    const next = calendars.occurrences(calendars.period("2026-11")!, "DE01", flow);
    expect(next[0]! > times.at(-1)!).toBe(true);
  });
});

it("tells which work day of the close it is", () => {
  const calendars = createCalendars(smallEstate());
  const october = calendars.period("2026-10")!;
  expect(calendars.workDayAt(october, "DE01", new Date("2026-11-02T05:00:00Z"))).toBe(1);
  expect(calendars.workDayAt(october, "US01", new Date("2026-11-03T04:00:00Z")), "still Monday in New York").toBe(1);
  expect(calendars.workDayAt(october, "DE01", new Date("2026-10-30T12:00:00Z"))).toBe(-1);
  expect(calendars.workDayAt(october, "DE01", new Date("2026-11-01T12:00:00Z"))).toBeNull();
});
