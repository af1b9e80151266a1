import { describe, expect, test } from "vitest";
import type { Unit } from "../../schemas/dashboard.ts";
import { measured, plainMeasure, reaches } from "./measure.ts";

describe("measured", () => {
  test.each<[number | null, Unit, string]>([
    [null, "runs", "–"],
    [1136, "runs", "1,136 runs"],
    [1, "runs", "1 run"],
    [1.14, "percent", "1.1 %"],
    [0, "hours", "0 h"],
    [0.5, "minutes", "30 s"],
    [59.6, "minutes", "60 min"],
    [134.25, "minutes", "2 h 14 min"],
    [119.8, "minutes", "2 h"],
    [50, "hours", "2.1 d"],
    [4.5, "work days", "4.5 work days"],
    [1, "work days", "1 work day"],
  ])("%s %s is %s", (value, unit, text) => expect(measured(value, unit)).toBe(text));
});

test("a column needs no unit, but a time has one of its own", () => {
  expect(plainMeasure(1.14, "percent")).toBe("1.1");
  expect(plainMeasure(1136, "runs")).toBe("1,136");
  expect(plainMeasure(134, "minutes")).toBe("2 h 14 min");
});

test.each([
  [99, 98, "more", true],
  [97, 98, "more", false],
  [2, 2, "less", true],
  [3, 2, "less", false],
  [null, 2, "less", null],
  [3, undefined, "less", null],
  [3, 2, null, null],
] as const)("%s against %s, %s is better: %s", (value, goal, better, reached) =>
  expect(reaches(value, goal, better)).toBe(reached),
);
