import { expect, test } from "vitest";
import { instantOfLocal, localOfInstant, localSince } from "./local-time.ts";

const BERLIN = "Europe/Berlin";

test.each([
  ["2026-07-31T23:10:54", BERLIN, "2026-07-31T21:10:54.000Z"],
  ["20261231231054", BERLIN, "2026-12-31T22:10:54.000Z"],
  ["2026-10-31 23:10:54.5", "America/Chicago", "2026-11-01T04:10:54.500Z"],
  // The hour that comes twice: the first is meant.
  ["2026-10-25T02:30:00", BERLIN, "2026-10-25T00:30:00.000Z"],
  ["00000000000000", BERLIN, null],
  ["", BERLIN, null],
  ["2026-02-31T00:00:00", BERLIN, null],
])("%s in %s is %s", (text, zone, instant) => {
  expect(instantOfLocal(text, zone)).toBe(instant);
});

test("a list by local times begins earlier where the clocks went back in between", () => {
  expect(localOfInstant("2026-10-25T00:50:00.000Z", BERLIN)).toBe("2026-10-25T02:50:00");
  expect(localSince("2026-10-25T00:50:00.000Z", "2026-10-25T00:55:00.000Z", BERLIN)).toBe("2026-10-25T02:50:00");
  expect(localSince("2026-10-25T00:50:00.000Z", "2026-10-25T01:05:00.000Z", BERLIN)).toBe("2026-10-25T01:50:00");
  // In spring nothing repeats.
  expect(localSince("2026-03-29T00:50:00.000Z", "2026-03-29T01:05:00.000Z", BERLIN)).toBe("2026-03-29T01:50:00");
});
