import { describe, expect, it } from "vitest";
import { dayAndTime, exactTime, secondsBetween, shortTime, span, zoneName } from "./time.ts";

const AT = "2026-11-04T13:20:05.000Z";

describe("times", () => {
  it("tells the same instant in each zone", () => {
    expect(dayAndTime(AT, "Europe/Berlin")).toBe("Wed 4 Nov 14:20");
    expect(dayAndTime(AT, "America/Sao_Paulo")).toBe("Wed 4 Nov 10:20");
    expect(exactTime(AT, "Europe/Berlin")).toContain("14:20:05");
    expect(zoneName(AT, "Europe/Berlin")).toBe("CET");
  });
  it("leaves the day out on the day itself, as it is in that zone", () => {
    expect(shortTime(AT, "Europe/Berlin", "2026-11-04T22:59:00.000Z")).toBe("14:20");
    expect(shortTime(AT, "Europe/Berlin", "2026-11-04T23:01:00.000Z")).toBe("4 Nov 14:20");
  });
  it.each([
    [45, "45 s"],
    [60, "1 min"],
    [13_200, "3 h 40 min"],
    [7_200, "2 h"],
    [187_200, "2 d 4 h"],
    [-5, "0 s"],
  ])("says %d seconds as %s", (seconds, expected) => {
    expect(span(seconds)).toBe(expected);
  });
  it("counts seconds", () => {
    expect(secondsBetween(AT, "2026-11-04T13:21:05.000Z")).toBe(60);
  });
});
