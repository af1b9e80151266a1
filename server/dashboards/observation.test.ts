import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grouped, summed, type Observation, type Summing } from "./observation.ts";

const seen = (top: number, bottom: number, entity?: string): Observation => ({
  top,
  bottom,
  at: entity === undefined ? {} : { entity },
});

describe("summed", () => {
  test.each<[Summing, Observation[], number | null]>([
    ["sum", [], null],
    ["sum", [seen(2, 1), seen(3, 1)], 5],
    ["mean", [seen(10, 2), seen(20, 1)], 10],
    ["percent", [seen(1, 4), seen(1, 4)], 25],
    ["percent", [seen(0, 0)], null],
    ["greatest", [seen(4, 1), seen(7, 1), seen(2, 1)], 7],
  ])("%s of %j is %s", (by, observations, expected) => {
    expect(summed(observations, by)).toBe(expected);
  });

  test("a whole is what its parts are, however they are split", () => {
    const observation = fc.record({
      top: fc.integer({ min: 0, max: 1000 }),
      bottom: fc.integer({ min: 1, max: 1000 }),
      entity: fc.constantFrom("DE01", "US01", "FR01"),
    });
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1 }), (drawn) => {
        const observations = drawn.map(({ top, bottom, entity }) => seen(top, bottom, entity));
        const parts = [...grouped(observations, "entity").values()];
        const merged = parts.map((part) =>
          seen(
            part.reduce((sum, { top }) => sum + top, 0),
            part.reduce((sum, { bottom }) => sum + bottom, 0),
          ),
        );
        expect(summed(merged, "sum")).toBe(summed(observations, "sum"));
        expect(summed(merged, "percent")).toBe(summed(observations, "percent"));
      }),
    );
  });
});

test("what belongs to no member is in no group", () => {
  const groups = grouped([seen(1, 1, "DE01"), seen(2, 1), seen(3, 1, "DE01")], "entity");
  expect([...groups].map(([member, group]) => [member, group.length])).toEqual([["DE01", 2]]);
});
