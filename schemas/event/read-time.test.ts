import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTime } from "./read-time.ts";

test.each([
  ["2026-11-04T13:20:00.000Z", "2026-11-04T13:20:00.000Z", null],
  ["2026-11-04T13:20:00Z", "2026-11-04T13:20:00.000Z", null],
  ["2026-11-04T13:20:00.123456Z", "2026-11-04T13:20:00.123Z", null],
  ["2026-11-04T13:20:00+01:00", "2026-11-04T12:20:00.000Z", null],
  ["2026-11-04T13:20:00-0530", "2026-11-04T18:50:00.000Z", null],
  ["2026-11-04T13:20:00.123456789Z", "2026-11-04T13:20:00.123Z", "finer than microseconds"],
  ["2026-11-04T13:20:00.5", "2026-11-04T13:20:00.500Z", "no zone; read as UTC"],
  ["2021-11-05T10:28:18.969066Z[Europe/London]", "2021-11-05T10:28:18.969Z", "[Europe/London] was ignored"],
  ["2026-11-04T13:20Z", "2026-11-04T13:20:00.000Z", "no seconds"],
  ["2026-11-04 13:20:00Z", "2026-11-04T13:20:00.000Z", "space"],
  ["2021-11-03", "2021-11-03T00:00:00.000Z", "midnight"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z", null],
])("%s is %s", (text, at, remark) => {
  const time = readTime(text);
  expect(time?.at).toBe(at);
  if (remark === null) expect(time?.remark).toBeNull();
  else expect(time?.remark).toContain(remark);
});

describe("cannot be read", () => {
  test.each([
    "",
    "yesterday",
    "1604495000000",
    "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2026-11-04T24:00:00Z",
    "2026-11-04T13:60:00Z",
    "2026-11-04T13:20:00+25:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
  ])("%s", (text) => {
    expect(readTime(text)).toBeNull();
  });
});

test("every instant reads back as itself", () => {
  const instants = fc.date({ min: new Date("1970-01-01"), max: new Date("2199-12-31"), noInvalidDate: true });
  fc.assert(
    fc.property(instants, (date) => {
      expect(readTime(date.toISOString())).toEqual({ at: date.toISOString(), remark: null });
    }),
  );
});
