import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, it } from "vitest";
import { instantOf, localTime, skippedTimes } from "./wall-time.ts";

const ZONES = [
  ...[
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
  ],
  ...["Africa/Casablanca", "Africa/Cairo", "Pacific/Apia", "Asia/Tehran", "America/Santiago", "Pacific/Kiritimati"],
];

it("resolves every wall time as Temporal does, near clock changes and far from them", () => {
  const minutes = fc.integer({ min: Date.UTC(2008) / 60_000, max: Date.UTC(2038) / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), minutes, (zone, minute) => {
      const local = new Date(minute * 60_000).toISOString().slice(0, 16);
      const told = Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
      expect(instantOf(local, zone)).toBe(new Date(told).toISOString());
    }),
    { numRuns: 300 },
  );
});

it("tells the wall time back, except of an hour the clocks skip", () => {
  const minutes = fc.integer({ min: Date.UTC(2024) / 60_000, max: Date.UTC(2030) / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), minutes, (zone, minute) => {
      const local = new Date(minute * 60_000).toISOString().slice(0, 16);
      const [date, time] = local.split("T") as [string, string];
      const skips = skippedTimes(zone, 2024, 2030);
      const skipped = skips.some((skip) => skip.date === date && skip.from <= time && time < skip.to);
      expect(localTime(instantOf(local, zone), zone) === local).toBe(!skipped);
    }),
    { numRuns: 300 },
  );
});

it.each([
  ["Europe/Berlin", { date: "2026-03-29", from: "02:00", to: "03:00" }],
  ["Australia/Lord_Howe", { date: "2026-10-04", from: "02:00", to: "02:30" }],
  ["Africa/Cairo", { date: "2026-04-24", from: "00:00", to: "01:00" }],
])("knows what %s skips in a year", (zone, skip) => expect(skippedTimes(zone, 2026, 2026)).toContainEqual(skip));
