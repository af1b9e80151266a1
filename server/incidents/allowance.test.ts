import fc from "fast-check";
import { expect, test } from "vitest";
import { createAllowance } from "./allowance.ts";

const TERMS = { share: 0.1, saved: 1_000, longestRest: 5_000 };

test("work begins at once until what was saved is spent, and rests by its share then", () => {
  const allowance = createAllowance(TERMS);
  expect(allowance.leaves(0, 0)).toBe(0);
  allowance.spend(0, 600);
  expect(allowance.leaves(0, 600)).toBe(600);
  allowance.spend(600, 1_200);
  // 200 ms more than was saved, at a tenth of the time.
  expect(allowance.leaves(0, 1_200)).toBe(3_200);
  expect(allowance.leaves(500, 1_200)).toBe(8_200);
});

test("however long the work took, it may begin again after the longest rest", () => {
  const allowance = createAllowance(TERMS);
  allowance.spend(0, 60_000);
  expect(allowance.leaves(0, 60_000)).toBe(65_000);
});

test("over any time it takes no more than its share and what was saved", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 }), (costs) => {
      const allowance = createAllowance(TERMS);
      let now = 0;
      let spent = 0;
      for (const cost of costs) {
        now = allowance.leaves(0, now);
        allowance.spend(now, now + cost);
        now += cost;
        spent += cost;
      }
      expect(spent).toBeLessThanOrEqual(TERMS.saved + TERMS.share * now + Math.max(...costs) + 1e-6);
    }),
  );
});
