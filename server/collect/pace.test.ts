import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextPollMilliseconds } from "./pace.ts";

describe("nextPollMilliseconds", () => {
  it("keeps the system's pace while all is well", () => {
    expect(nextPollMilliseconds(60, { count: 0, last: null }, 0.5)).toBe(60_000);
  });

  it("doubles after each failure that may pass", () => {
    const waits = [1, 2, 3].map((count) =>
      nextPollMilliseconds(10, { count, last: { recoverable: true, retryAfterSeconds: null } }, 0.5),
    );
    expect(waits).toEqual([20_000, 40_000, 80_000]);
  });

  it("never asks sooner than the vendor allowed, and never waits past its bounds", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 120, noNaN: true }),
        fc.integer({ min: 1, max: 1000 }),
        fc.boolean(),
        fc.option(fc.integer({ min: 0, max: 3600 })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (pollSeconds, count, recoverable, retryAfterSeconds, random) => {
          const wait = nextPollMilliseconds(pollSeconds, { count, last: { recoverable, retryAfterSeconds } }, random);
          expect(wait).toBeGreaterThanOrEqual((retryAfterSeconds ?? 0) * 1000);
          expect(wait).toBeLessThanOrEqual(Math.max(900 * 1.25, retryAfterSeconds ?? 0) * 1000);
        },
      ),
    );
  });
});
