import { describe, expect, test } from "vitest";
import { laidOut, placeOf } from "./json.ts";

const EVENT = '{"run": {"runId": "not-a-uuid", "facets": {"a/b": [1, {"c": 2}]}}, "n": 12345678901234567890.10}';

function marked(text: string, pointer: string): string | null {
  const place = placeOf(text, pointer);
  return place && text.slice(place.from, place.to);
}

describe("the place a pointer leads to", () => {
  test("is the member's value", () => {
    expect(marked(EVENT, "/run/runId")).toBe('"not-a-uuid"');
    expect(marked(EVENT, "/run/facets/a~1b/1/c")).toBe("2");
    expect(marked(EVENT, "/run/facets/a~1b/0")).toBe("1");
  });
  test("is the nearest holder of what is missing", () => {
    expect(marked(EVENT, "/run/facets/tieout_position/positions")).toBe('{"a/b": [1, {"c": 2}]}');
  });
  test("is nowhere when the pointer names the whole or nothing in it", () => {
    expect(placeOf(EVENT, "")).toBeNull();
    expect(placeOf(EVENT, "/job/name")).toBeNull();
  });
  test("is where reading fails when the text is no JSON", () => {
    expect(placeOf('{"a": 1,, "b": 2}', "")).toEqual({ from: 8, to: 9 });
    expect(placeOf('{"a": tru}', "/a")).toEqual({ from: 6, to: 7 });
    expect(placeOf('{"a": 1', "")).toEqual({ from: 6, to: 7 });
    expect(placeOf('{"a": "x\ny"}', "/a")).toEqual({ from: 6, to: 7 });
  });
});

describe("laying out", () => {
  test("keeps numbers as they were written", () => {
    expect(laidOut(EVENT)).toContain('"n": 12345678901234567890.10');
    expect(laidOut('{"a":1}')).toBe('{\n  "a": 1\n}');
  });
  test("leaves what is no JSON as it is", () => {
    expect(laidOut("{broken")).toBe("{broken");
  });
});
