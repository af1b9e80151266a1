import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalOf, minorOf, splitMinor } from "./money.ts";

const minor = fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 });

test("an amount survives being written and read", () => {
  fc.assert(fc.property(minor, (amount) => minorOf(decimalOf(amount)) === amount));
  expect(decimalOf(-5)).toBe("-0.05");
  expect(minorOf("22231.5")).toBe(2_223_150);
  expect(() => minorOf("1.234")).toThrow(RangeError);
});

test("parts add up to the whole", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(minor, weights, (amount, shares) => {
      const parts = splitMinor(amount, shares);
      expect(parts).toHaveLength(shares.length);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
    }),
  );
});
